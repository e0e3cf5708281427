import random, zlib
from decimal import *
R = random.Random(20)
ROUNDINGS = [ROUND_UP, ROUND_DOWN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP]
ONE = "abs exp ln log10 logb minus next_minus next_plus normalize plus sqrt to_integral_exact number_class to_eng_string".split()
TWO = "add compare compare_total divide divide_int divmod max min_mag multiply next_toward power quantize remainder remainder_near rotate scaleb shift subtract".split()
def context():
    return Context(prec=R.choice([1, 2, 5, 9, 16, 28, 38, 39, 60]), rounding=R.choice(ROUNDINGS), Emin=-R.choice([0, 5, 99, 383, 999999]),
                   Emax=R.choice([0, 5, 99, 384, 999999]), clamp=R.randint(0, 1), traps=[], flags=[])
def number():
    if R.random() < .06: return Decimal(R.choice(["inf", "-inf", "nan12", "-snan3", "0", "-0E5"]))
    n = R.choice([1, 2, 5, 9, 19, 20, 28, 38, 39, 57, 80])
    digits = R.choice(["9" * n, "1" + "0" * (n - 1), "5" + "0" * (n - 1)]) if R.random() < .3 else "".join(R.choice("0123456789") for _ in range(n))
    return Decimal(R.choice(["", "-"]) + digits + "E" + str(R.choice([R.randint(-n - 2, 3), 0, -90, 90, -400])))
def one(name, *args):
    c = context()
    r = getattr(c, name)(*args)
    return f"{r!r} {[s.__name__ for s in c.flags if c.flags[s]]}"
for name in ONE:
    print(name, zlib.crc32("\n".join(one(name, number()) for _ in range(120)).encode()))
for name in TWO:
    small = name in ("power", "rotate", "scaleb", "shift")
    lines = [one(name, number(), Decimal(R.randint(-40, 40)) if small else number()) for _ in range(120)]
    print(name, zlib.crc32("\n".join(lines).encode()))
print(zlib.crc32("\n".join(one("fma", number(), number(), number()) for _ in range(120)).encode()))
reals = [(Decimal(R.randint(1, 10**9)).scaleb(R.randint(-9, 0)), Decimal(R.randint(-10**5, 10**5)).scaleb(-4)) for _ in range(60)]
print(zlib.crc32("\n".join(one("power", *pair) for pair in reals).encode()))
print(zlib.crc32("\n".join(one("power", R.randint(-99, 99), R.randint(1, 99), R.randint(1, 99)) for _ in range(60)).encode()))
# stdout:
#| abs 3838993197
#| exp 2222280362
#| ln 3263520824
#| log10 3947024577
#| logb 2611498713
#| minus 2100682316
#| next_minus 416180194
#| next_plus 3148391057
#| normalize 2143038461
#| plus 2672311996
#| sqrt 576766633
#| to_integral_exact 1241585901
#| number_class 4279024598
#| to_eng_string 3861780681
#| add 2973476688
#| compare 1711036468
#| compare_total 1566144044
#| divide 2650681019
#| divide_int 3288153269
#| divmod 2601595778
#| max 3830662642
#| min_mag 1814656856
#| multiply 1922134593
#| next_toward 3743536626
#| power 2437072108
#| quantize 256779782
#| remainder 2327602013
#| remainder_near 2735103470
#| rotate 3225848370
#| scaleb 1365844361
#| shift 1365052591
#| subtract 3200801693
#| 1658682554
#| 2979439089
#| 1809246847
