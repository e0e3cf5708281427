import struct

for fmt in ("%d?s" % (2**63 - 1), "%db" % 2**63, "%di%dq" % (2**61, 2**60), "3", "\0", "é"):
    try:
        print(struct.calcsize(fmt))
    except (struct.error, UnicodeEncodeError) as e:
        print(e)
print(struct.calcsize("6442450944b"), struct.unpack("2h3s", struct.pack("2h3s", 1, 2, b"abc")))
it = struct.iter_unpack("<H", b"abcdef")
print(it.__length_hint__(), next(it), it.__length_hint__(), list(it))

# stdout:
#| total struct size too long
#| total struct size too long
#| total struct size too long
#| repeat count given without format specifier
#| embedded null character
#| 'ascii' codec can't encode character '\xe9' in position 0: ordinal not in range(128)
#| 6442450944 (1, 2, b'abc')
#| 3 (25185,) 2 [(25699,), (26213,)]
