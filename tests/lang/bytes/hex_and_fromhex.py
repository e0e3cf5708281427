print(b"\x00\xab".hex(), b"abcdef".hex(":"), b"abcdef".hex("-", 2), b"abcde".hex("_", -2), bytes.fromhex("00 AB cd"), bytes.fromhex(""), bytearray.fromhex("ff"))
for t in ("0", "0g", "1 2", "é0"):
    try: bytes.fromhex(t)
    except ValueError as e: print(e)
# stdout:
#| 00ab 61:62:63:64:65:66 6162-6364-6566 6162_6364_65 b'\x00\xab\xcd' b'' bytearray(b'\xff')
#| fromhex() arg must contain an even number of hexadecimal digits
#| non-hexadecimal number found in fromhex() arg at position 1
#| non-hexadecimal number found in fromhex() arg at position 1
#| non-hexadecimal number found in fromhex() arg at position 0
