print(1 / 3, 10**30 / 10**29, (10**400) / (10**399), 2**1023 * 2 // 2 / 2**1000, -1 / 3, 0 / -5)
try: 10**400 / 1
except OverflowError as e: print(e)
try: float(10**400)
except OverflowError as e: print(e)
# stdout:
#| 0.3333333333333333 10.0 10.0 8388608.0 -0.3333333333333333 -0.0
#| integer division result too large for a float
#| int too large to convert to float
