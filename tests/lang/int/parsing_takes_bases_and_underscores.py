print(int("  12 "), int("-0b101", 0), int("0x_ff", 16), int("z", 36), int("1_000"), int("٣"), int(b"42"), int("0o17", 8), int("+5"), int("00"), int("0", 0))
for a in (("",), ("1__0",), ("_1",), ("1_",), ("12", 2), ("0x1",), ("1", 1), ("1", 37), ("08", 0), ("1.0",), (None,), (1, 2), (b"\xff",), ("9" * 5000,)):
    try: print(int(*a))
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
# stdout:
#| 12 -5 255 35 1000 3 42 15 5 0 0
#| ValueError invalid literal for int() with base 10: ''
#| ValueError invalid literal for int() with base 10: '1__0'
#| ValueError invalid literal for int() with base 10: '_1'
#| ValueError invalid literal for int() with base 10: '1_'
#| ValueError invalid literal for int() with base 2: '12'
#| ValueError invalid literal for int() with base 10: '0x1'
#| ValueError int() base must be >= 2 and <= 36, or 0
#| ValueError int() base must be >= 2 and <= 36, or 0
#| ValueError invalid literal for int() with base 0: '08'
#| ValueError invalid literal for int() with base 10: '1.0'
#| TypeError int() argument must be a string, a bytes-like object or a real number, not 'NoneType'
#| TypeError int() can't convert non-string with explicit base
#| ValueError invalid literal for int() with base 10: b'\xff'
#| ValueError Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit
