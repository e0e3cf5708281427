"""from_number signals floats, copy_decimal gives a decimal back, and what is subnormal and never exact underflows."""
from decimal import Context, Decimal, FloatOperation, Underflow, Subnormal, getcontext

context = getcontext()
context.clear_flags()
print(Decimal.from_number(1.5), context.flags[FloatOperation])
context.traps[FloatOperation] = True
try:
    Decimal.from_number(1.5)
except FloatOperation as error:
    print(error)
print(Decimal.from_float(1.5), Decimal.from_number(7))


class Own(Decimal):
    pass


own = Own("2.50")
print(Context().copy_decimal(own) is own, type(Context().copy_decimal(3)))

small = Context(prec=5, Emin=-99, Emax=0, traps=[])
print(small.ln(Decimal("0." + "9" * 100)), small.flags[Subnormal], small.flags[Underflow])

for count in (-5, -2, 0, 1, 3, 5):
    for text in ("12345", "1234567", "-12.5", "7E+5", "0"):
        wide = Context(prec=5, traps=[])
        print(count, text, wide.shift(Decimal(text), count), wide.rotate(Decimal(text), count))
# stdout:
#| 1.5 True
#| [<class 'decimal.FloatOperation'>]
#| 1.5 7
#| True <class 'decimal.Decimal'>
#| -1.000E-100 True True
#| -5 12345 0 12345
#| -5 1234567 0 34567
#| -5 -12.5 -0.0 -12.5
#| -5 7E+5 0E+5 7E+5
#| -5 0 0 0
#| -2 12345 123 45123
#| -2 1234567 345 67345
#| -2 -12.5 -0.1 -2500.1
#| -2 7E+5 0E+5 7.000E+8
#| -2 0 0 0
#| 0 12345 12345 12345
#| 0 1234567 34567 34567
#| 0 -12.5 -12.5 -12.5
#| 0 7E+5 7E+5 7E+5
#| 0 0 0 0
#| 1 12345 23450 23451
#| 1 1234567 45670 45673
#| 1 -12.5 -125.0 -125.0
#| 1 7E+5 7.0E+6 7.0E+6
#| 1 0 0 0
#| 3 12345 45000 45123
#| 3 1234567 67000 67345
#| 3 -12.5 -2500.0 -2500.1
#| 3 7E+5 7.000E+8 7.000E+8
#| 3 0 0 0
#| 5 12345 0 12345
#| 5 1234567 0 34567
#| 5 -12.5 -0.0 -12.5
#| 5 7E+5 0E+5 7E+5
#| 5 0 0 0
