import random, zlib
from decimal import *
for text in (" 1_0.5e+3\n", "\u0661\u0662", "1e-999999", ".5", "5.", "-0e10", "+Infinity", "nan007", "1e19999999999999999999", "0x1", "", "1 2", "1e", "sNaN1.5"):
    try: print(repr(text), Decimal(text), Decimal(text).to_eng_string(), Decimal(text).as_tuple())
    except InvalidOperation as e: print(repr(text), e)
for text in (" 1", "1_0", "123456789.5", "nan12345678901"):
    try: print(Context(prec=5).create_decimal(text))
    except InvalidOperation as e: print(e)
for spec in ("", "10", "<10", "*^12", "+012,.2f", ".3e", "G", "z.1f", "n", "%", "_.4f", ".6_f", "#.0f", "08,", "é=12"):
    print(spec, *(format(Decimal(x), spec) for x in ("1234567.891", "-0.004", "1E+5", "0E3", "-inf")), sep="|")
R, lines = random.Random(3), []
for _ in range(600):
    spec = "".join(R.choice(c) for c in ((["", "", "x<", "*^", "="]), ["", "+", " "], ["", "", "z"], ["", "0"], ["", "7", "19"], ["", ","], ["", ".0", ".3", ".17"], list("eEfFgG%n") + [""]))
    x = Decimal(R.choice(["", "-"]) + str(R.randint(0, 10 ** R.randint(0, 25))) + "E" + str(R.randint(-30, 8)))
    getcontext().rounding = R.choice([ROUND_UP, ROUND_HALF_EVEN, ROUND_FLOOR])
    try: lines.append(format(x, spec))
    except ValueError as e: lines.append(str(e))
print(zlib.crc32("\n".join(lines).encode()), lines[:9])
print(Decimal(1234567).__format__("n", {"decimal_point": ",", "thousands_sep": ".", "grouping": "\3\2"}), f"{Decimal('2.675'):.2f}")
