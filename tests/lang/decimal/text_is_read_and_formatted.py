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
# stdout:
#| ' 1_0.5e+3\n' 1.05E+4 10.5E+3 DecimalTuple(sign=0, digits=(1, 0, 5), exponent=2)
#| '١٢' 12 12 DecimalTuple(sign=0, digits=(1, 2), exponent=0)
#| '1e-999999' 1E-999999 1E-999999 DecimalTuple(sign=0, digits=(1,), exponent=-999999)
#| '.5' 0.5 0.5 DecimalTuple(sign=0, digits=(5,), exponent=-1)
#| '5.' 5 5 DecimalTuple(sign=0, digits=(5,), exponent=0)
#| '-0e10' -0E+10 -0.00E+12 DecimalTuple(sign=1, digits=(0,), exponent=10)
#| '+Infinity' Infinity Infinity DecimalTuple(sign=0, digits=(0,), exponent='F')
#| 'nan007' NaN7 NaN7 DecimalTuple(sign=0, digits=(7,), exponent='n')
#| '1e19999999999999999999' [<class 'decimal.InvalidOperation'>]
#| '0x1' [<class 'decimal.ConversionSyntax'>]
#| '' [<class 'decimal.ConversionSyntax'>]
#| '1 2' [<class 'decimal.ConversionSyntax'>]
#| '1e' [<class 'decimal.ConversionSyntax'>]
#| 'sNaN1.5' [<class 'decimal.ConversionSyntax'>]
#| [<class 'decimal.ConversionSyntax'>]
#| [<class 'decimal.ConversionSyntax'>]
#| 1.2346E+8
#| [<class 'decimal.ConversionSyntax'>]
#| |1234567.891|-0.004|1E+5|0E+3|-Infinity
#| 10|1234567.891|    -0.004|      1E+5|      0E+3| -Infinity
#| <10|1234567.891|-0.004    |1E+5      |0E+3      |-Infinity 
#| *^12|1234567.891*|***-0.004***|****1E+5****|****0E+3****|*-Infinity**
#| +012,.2f|+1,234,567.89|-0,000,000.00|+0,100,000.00|+0,000,000.00|   -Infinity
#| .3e|1.235e+6|-4.000e-3|1.000e+5|0.000e+6|-Infinity
#| G|1234567.891|-0.004|1E+5|0E+3|-Infinity
#| z.1f|1234567.9|0.0|100000.0|0.0|-Infinity
#| n|1234567.891|-0.004|1e+5|0e+3|-Infinity
#| %|123456789.1%|-0.4%|10000000%|0%|-Infinity%
#| _.4f|1_234_567.8910|-0.0040|100_000.0000|0.0000|-Infinity
#| .6_f|1234567.891_000|-0.004_000|100000.000_000|0.000_000|-Infinity
#| #.0f|1234568.|-0.|100000.|0.|-Infinity
#| 08,|1,234,567.891|-000.004|0,001E+5|0,000E+3|-Infinity
#| é=12|é1234567.891|-éééééé0.004|éééééééé1E+5|éééééééé0E+3|-éééInfinity
#| 4149317952 ['-7.3925063e-9', 'invalid format string', 'invalid format string', '-6.1577893313755674E+24', '0.0000235', '-0.0000143771576276347559501527', 'invalid format string', 'invalid format string', '-4,543,980,039,383,000.00000000000000000']
#| 12.34.567 2.68
