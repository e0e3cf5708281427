b = b"a\xc3\xa9\xff\xe6\xbc"
for h in ("ignore", "replace", "backslashreplace", "surrogateescape"):
    print(h, ascii(b.decode("utf-8", h)))
for raw, enc in ((b"\xff", "utf-8"), (b"\xe6\xbc", "utf-8"), (b"\xc0\x80", "utf-8"), (b"\xed\xa0\x80", "utf-8"), (b"\x80", "ascii"), (b"\x00\xd8", "utf-16-le"), (b"a", "utf-16")):
    try: print(raw.decode(enc))
    except UnicodeDecodeError as e: print(e)
# stdout:
#| ignore 'a\xe9'
#| replace 'a\xe9\ufffd\ufffd'
#| backslashreplace 'a\xe9\\xff\\xe6\\xbc'
#| surrogateescape 'a\xe9\udcff\udce6\udcbc'
#| 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
#| 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data
#| 'utf-8' codec can't decode byte 0xc0 in position 0: invalid start byte
#| 'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte
#| 'ascii' codec can't decode byte 0x80 in position 0: ordinal not in range(128)
#| 'utf-16-le' codec can't decode bytes in position 0-1: unexpected end of data
#| 'utf-16-le' codec can't decode byte 0x61 in position 0: truncated data
