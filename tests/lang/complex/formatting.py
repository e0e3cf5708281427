print(f"{1 + 2j:.2f} {1.5 - 2j:>12} {3j:e} {1 + 1j:g}")
try: f"{1j:=10}"
except ValueError as e: print(e)
# stdout:
#| 1.00+2.00j     (1.5-2j) 0.000000e+00+3.000000e+00j 1+1j
#| '=' alignment flag is not allowed in complex format specifier
