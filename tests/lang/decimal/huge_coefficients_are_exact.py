import sys, zlib
from decimal import *
sys.set_int_max_str_digits(0)
c = getcontext()
c.prec, c.Emax, c.Emin = MAX_PREC, MAX_EMAX, MIN_EMIN
def number(n, seed):
    x = Decimal(seed)
    while x.adjusted() < n:
        x = x * x + seed
    return x
# Schoolbook, Karatsuba, transforms of 2**k and 3 * 2**k points, operands of very different length.
for n, m in ((30, 30), (700, 700), (900, 2500), (9000, 9000), (7000, 90000), (12000, 1000), (20000, 20000)):
    a, b = number(n, 7), number(m, 13)
    p = a * b
    q, r = divmod(p + b - 1, b)
    print(n, m, len(p.as_tuple().digits), zlib.crc32(str(p).encode()), q == a, r == b - 1, a * a == a ** 2)
x = number(5000, 11)
print(int(x) % (2**61 - 1) == hash(x), Decimal(int(x)) == x, int(Decimal(3) ** 5000) == 3 ** 5000, Decimal(-7 ** 4000) == -Decimal(7) ** 4000)
c.prec = 3000
root = (x * x).sqrt()
print(zlib.crc32(str(x.sqrt()).encode()), root == +x, zlib.crc32(str(1 / x).encode()), zlib.crc32(str(x / number(4000, 17)).encode()))
c.prec = 500
print(zlib.crc32(str([Decimal(2).ln(), Decimal(-3).exp(), Decimal(7).log10(), Decimal("1.0001") ** Decimal("12345.678"), Decimal("0.99999").ln()]).encode()))
# What no memory holds.
for f in (lambda: int(Decimal("1E+999999999999")), lambda: Decimal(1) / 3, lambda: Decimal(2).sqrt(), lambda: Decimal("1E-999999999999") + 1):
    c.prec = MAX_PREC
    try: print(f())
    except MemoryError: print("MemoryError")
print(Decimal(1) / 8, Decimal("1.44").sqrt(), Decimal(1) / Decimal("1E999999"))
# stdout:
#| 30 30 93 2929172197 True True True
#| 700 700 2053 777489536 True True True
#| 900 2500 6420 1767378079 True True True
#| 9000 9000 23583 2486857804 True True True
#| 7000 90000 155285 1807988279 True True True
#| 12000 1000 15483 249318419 True True True
#| 20000 20000 65681 3513688680 True True True
#| True True True True
#| 2490470797 True 3515584411 2171695442
#| 38495623
#| MemoryError
#| MemoryError
#| MemoryError
#| MemoryError
#| 0.125 1.2 1E-999999
