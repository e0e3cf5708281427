import re
def tried(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)
seen = []
tried(lambda: re.sub("a", lambda m: seen.append(m.start()) or (5 if m.start() == 1 else "x"), "aaba"))
print(seen)
tried(lambda: re.sub("a", lambda m: 5, "baa"))
tried(lambda: re.sub("a", b"x", "baa"))
tried(lambda: re.sub(b"a", "x", b"baa"))
tried(lambda: re.sub(b"a", lambda m: bytearray(b"zz"), b"baa"))
tried(lambda: re.sub("a", "x", b"baa"))
tried(lambda: re.sub("a", lambda m: None, "baa"))
tried(lambda: re.subn("", "-", "abé"))
tried(lambda: re.sub("(a)|b", r"<\1>", "abé", count=2))
tried(lambda: re.sub("(a)|b", r"\n\\", "abé"))
tried(lambda: re.compile("a").split("bab", -1))
tried(lambda: re.compile("a").search("aaa", -5, 10 ** 20))
print([m.pos for m in re.compile("a").finditer("aaa", 1)], re.compile("a").scanner("xa", 1).match())
shrinking = bytearray(b"abc")
found = re.search(b"b.", shrinking)
shrinking[1:] = b""
print(found.group(), found.span())
held = re.finditer(b"a", shrinking)
tried(lambda: shrinking.extend(b"x"))
# stdout:
#| TypeError sequence item 1: expected str instance, int found
#| [0, 1, 3]
#| TypeError sequence item 1: expected str instance, int found
#| TypeError sequence item 1: expected str instance, bytes found
#| TypeError sequence item 1: expected a bytes-like object, str found
#| b'bzzzz'
#| TypeError cannot use a string pattern on a bytes-like object
#| b
#| ('-a-b-é-', 4)
#| <a><>é
#|
#| \
#| \é
#| ['bab']
#| OverflowError Python int too large to convert to C ssize_t
#| [1, 1] <re.Match object; span=(1, 2), match='a'>
#| b'' (1, 3)
#| BufferError Existing exports of data: object cannot be re-sized
