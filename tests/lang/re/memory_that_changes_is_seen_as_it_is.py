# A subject that is neither str nor bytes is looked at where it lies: what changes between two matches is seen,
# and its size cannot change as long as somebody looks.
import gc
import re


def show(function, *args):
    try:
        print(function(*args))
    except Exception as error:
        print(type(error).__name__, error)


text = bytearray(b"aaaa")


def change(found):
    text[:] = b"bbaa"
    return b"x"


show(re.sub, b"a", change, text)


def grow(found):
    text.append(1)


show(re.sub, b"a", grow, text)

text = bytearray(b"abab")
finder = re.finditer(b"a", text)
print(next(finder))
text[:] = b"bbba"
print(next(finder))
show(text.append, 1)
print(list(finder))
del finder
gc.collect()
show(text.append, 1)

view = memoryview(bytearray(b"abab"))
finder = re.finditer(b"a", view)
show(view.release)
print(next(finder))
del finder
gc.collect()
found = re.match(b"a", view)
show(view.release)
show(found.group)
show(found.start)
show(re.match, b"a", view)


def release(found):
    other.release()


other = memoryview(b"abab")
show(re.sub, b"a", release, other)


class Changes:
    def __index__(self):
        text.extend(b"ab")
        return 0


# Indices are converted before the subject is looked at.
text = bytearray(b"xx")
show(re.compile(b"xxab").match, text, Changes())
print([found.span() for found in re.compile(b"ab").finditer(text, Changes())])
show(re.compile("a").match, None, "no index")
show(re.compile("a").match, None, 2**70)

# Replacements that have no hash.
show(re.sub, b"(a)", bytearray(rb"\1x"), b"a")
show(re.sub, b"(a)", memoryview(rb"\1x"), b"a")
show(re.sub, "(a)", memoryview(rb"\1x"), "a")
show(re.sub, "(a)", [r"\1"], "a")
show(re.sub, "(a)", rb"\1", "a")
show(re.match(b"(a)", b"a").expand, r"\1")
show(re.match(b"(a)", b"a").expand, bytearray(rb"\1"))
# stdout:
#| b'xbxx'
#| BufferError Existing exports of data: object cannot be re-sized
#| <re.Match object; span=(0, 1), match=b'a'>
#| <re.Match object; span=(3, 4), match=b'a'>
#| BufferError Existing exports of data: object cannot be re-sized
#| []
#| None
#| BufferError memoryview has 1 exported buffer
#| <re.Match object; span=(0, 1), match=b'a'>
#| None
#| TypeError expected string or bytes-like object, got 'memoryview'
#| 0
#| TypeError expected string or bytes-like object, got 'memoryview'
#| BufferError memoryview has 1 exported buffer
#| <re.Match object; span=(0, 4), match=b'xxab'>
#| [(2, 4), (4, 6)]
#| TypeError 'str' object cannot be interpreted as an integer
#| OverflowError Python int too large to convert to C ssize_t
#| b'ax'
#| b'ax'
#| TypeError sequence item 1: expected a bytes-like object, str found
#| TypeError unhashable type: 'list'
#| TypeError sequence item 1: expected a bytes-like object, str found
#| TypeError sequence item 1: expected str instance, bytes found
#| b'a'
