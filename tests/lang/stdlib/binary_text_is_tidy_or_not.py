"""Base 64 and 16, tables of bytes and packed ints: what is tidy and what is not."""
import base64
import binascii
import struct


def shown(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


for text in (b"", b"QUJD", b"QUI=", b"QQ==", b"QUJD\nQUI=\n", b"QU=D", b"Q", b"QUJDQ", b"QUJD=", b"=QUJ", b"QUJDQ===", b"QU JD!", b"QR==", b"QUJDQUI=QUJD", b"\xff\xffQUJD", b"QUJ" * 7 + b"\nQ=="):
    for strict in (False, True):
        shown(binascii.a2b_base64, text, strict_mode=strict)
for size in range(8):
    data = bytes(range(250, 250 - size, -1))
    print(base64.b64encode(data), binascii.b2a_base64(bytearray(data)), base64.b16encode(data))
for text in ("00ff", "0G", "abc", "ABcd", "\xe9\xe9", b"1 2"):
    shown(binascii.unhexlify, text)
    shown(bytes.fromhex, text)
print(b"abcabc".translate(None, b"b"), b"abc".translate(bytes(range(1, 256)) + b"\0"), bytearray(b"abc").translate(None))
print(b"a long enough text with none".translate(None, b"x" * 3), b"digits only"[:0].translate(None, b"x"))
shown(binascii.crc32, b"abc", 1 << 70)
for code, value in (("P", -1), ("P", 1 << 64), ("n", 1 << 63), ("N", -1), ("e", 1 << 31), ("f", 1 << 200), ("e", 1e9), ("d", 1 << 2000), ("b", 128), ("B", -1), ("Q", 1 << 63)):
    shown(struct.pack, code, value)
# stdout:
#| b''
#| b''
#| b'ABC'
#| b'ABC'
#| b'AB'
#| b'AB'
#| b'A'
#| b'A'
#| b'ABCAB'
#| Error Only base64 data is allowed
#| Error Incorrect padding
#| Error Discontinuous padding not allowed
#| Error Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4
#| Error Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4
#| Error Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4
#| Error Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4
#| b'ABC'
#| Error Excess padding not allowed
#| Error Incorrect padding
#| Error Leading padding not allowed
#| Error Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4
#| Error Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4
#| b'ABC'
#| Error Only base64 data is allowed
#| b'A'
#| b'A'
#| Error Incorrect padding
#| Error Excess data after padding
#| b'ABC'
#| Error Only base64 data is allowed
#| b'ABPP\x94\x14%\x05\tABPP\x94\x14%'
#| Error Only base64 data is allowed
#| b'' b'\n' b''
#| b'+g==' b'+g==\n' b'FA'
#| b'+vk=' b'+vk=\n' b'FAF9'
#| b'+vn4' b'+vn4\n' b'FAF9F8'
#| b'+vn49w==' b'+vn49w==\n' b'FAF9F8F7'
#| b'+vn49/Y=' b'+vn49/Y=\n' b'FAF9F8F7F6'
#| b'+vn49/b1' b'+vn49/b1\n' b'FAF9F8F7F6F5'
#| b'+vn49/b19A==' b'+vn49/b19A==\n' b'FAF9F8F7F6F5F4'
#| b'\x00\xff'
#| b'\x00\xff'
#| Error Non-hexadecimal digit found
#| ValueError non-hexadecimal number found in fromhex() arg at position 1
#| Error Odd-length string
#| ValueError fromhex() arg must contain an even number of hexadecimal digits
#| b'\xab\xcd'
#| b'\xab\xcd'
#| ValueError string argument should contain only ASCII characters
#| ValueError non-hexadecimal number found in fromhex() arg at position 0
#| Error Odd-length string
#| ValueError non-hexadecimal number found in fromhex() arg at position 1
#| b'acac' b'bcd' bytearray(b'abc')
#| b'a long enough tet with none' b''
#| 891568578
#| b'\xff\xff\xff\xff\xff\xff\xff\xff'
#| error int too large to convert
#| error 'n' format requires -9223372036854775808 <= number <= 9223372036854775807
#| error 'N' format requires 0 <= number <= 18446744073709551615
#| error int too large to convert
#| error int too large to convert
#| OverflowError float too large to pack with e format
#| error required argument is not a float
#| error 'b' format requires -128 <= number <= 127
#| error 'B' format requires 0 <= number <= 255
#| b'\x00\x00\x00\x00\x00\x00\x00\x80'
