print((255).bit_length(), (-256).bit_length(), (0).bit_length(), (255).bit_count(), (-7).bit_count(), (5).as_integer_ratio(), (5).is_integer(), (5).conjugate(), (5).real, (5).imag, (5).numerator, (5).denominator)
print((1000).to_bytes(2), (1000).to_bytes(4, "little"), (-2).to_bytes(2, signed=True), (5).to_bytes(), int.from_bytes(b"\x03\xe8"), int.from_bytes(b"\xff\xfe", "big", signed=True), int.from_bytes([1, 0], "little"))
for f in (lambda: (256).to_bytes(1), lambda: (-1).to_bytes(1), lambda: (1).to_bytes(1, "middle"), lambda: (1).to_bytes(-1)):
    try: f()
    except (OverflowError, ValueError) as e: print(type(e).__name__, e)
# stdout:
#| 8 9 0 8 3 (5, 1) True 5 5 0 5 1
#| b'\x03\xe8' b'\xe8\x03\x00\x00' b'\xff\xfe' b'\x05' 1000 -2 1
#| OverflowError int too big to convert
#| OverflowError can't convert negative int to unsigned
#| ValueError byteorder must be either 'little' or 'big'
#| ValueError length argument must be non-negative
