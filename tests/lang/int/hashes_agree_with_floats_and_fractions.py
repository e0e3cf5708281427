from fractions import Fraction
from decimal import Decimal
print(hash(1) == hash(1.0) == hash(Fraction(1)) == hash(Decimal(1)) == hash(True) == hash(1 + 0j))
print(hash(2**61 - 1), hash(2**61), hash(-1), hash(-2), hash(2**100), hash(0.5) == hash(Fraction(1, 2)), hash(float("inf")), hash(10**40))
# stdout:
#| True
#| 0 1 -2 -2 549755813888 True 314159 1388497483929617590
