import sys
try: str(10**5000)
except ValueError as e: print(e)
sys.set_int_max_str_digits(0)
print(len(str(10**5000)))
print(hex(10**50), len(bin(10**5000)))
try: sys.set_int_max_str_digits(100)
except ValueError as e: print(e)
# stdout:
#| Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit
#| 5001
#| 0x446c3b15f9926687d2c40534fdb564000000000000 16612
#| maxdigits must be >= 640 or 0 for unlimited
