from decimal import *
D, C = Decimal, Context
def say(*functions):
    for f in functions:
        try: print(repr(f()))
        except Exception as e: print(type(e).__name__, *e.args)
say(lambda: D(1).quantize(), lambda: D(1).quantize(1, 2, 3, 4), lambda: D(1).quantize(1, foo=2), lambda: D(1).exp(1), lambda: D(1).exp(3, 4),
    lambda: D(1).quantize(1, rounding=3), lambda: D(1, 2, 3), lambda: D(foo=1), lambda: D([]), lambda: D("x"), lambda: D(1j), lambda: D(1).compare("a"))
say(lambda: C(prec=0), lambda: C(prec="a"), lambda: C(foo=1), lambda: C(rounding=1), lambda: C().add(1), lambda: C().add(1, "a"), lambda: C().power(1),
    lambda: C().power(1, 2, modulo=3.0), lambda: setattr(C(), "prec", "a"), lambda: delattr(C(), "prec"), lambda: C(1, 2, 3, 4, 5, 6, 7, 8, 9),
    lambda: setattr(C(), "clamp", 2), lambda: setattr(C(), "capitals", 2), lambda: setattr(C(), "Emin", 2), lambda: setattr(C(), "Emax", -2),
    lambda: setattr(C(), "flags", 2), lambda: setattr(C(), "prec", 2**100), lambda: C(traps=[1]), lambda: C(traps={1: 2}), lambda: C().canonical(1))
say(lambda: localcontext(foo=1), lambda: localcontext(1), lambda: setcontext(1), lambda: format(D(1), "d"), lambda: C().flags["a"], lambda: IEEEContext(63))
say(lambda: D(1) < 1j, lambda: D(1) + 1.0, lambda: D(1) // "a", lambda: D(1) ** "a", lambda: D(1) < "a", lambda: round(D(1), "a"), lambda: hash(D("snan")))
say(lambda: int(D("nan")), lambda: int(D("inf")), lambda: D("inf").as_integer_ratio(), lambda: float(D("snan")), lambda: D.from_float("a"), lambda: D.from_number("1"))
say(lambda: D((3, (1,), 1)), lambda: D((1, (1, "a"), 1)), lambda: D((1, (1,), "a")), lambda: D((1, 1, "F")), lambda: D((1, (1,), 1.5)), lambda: D((1, 2)))
say(lambda: D(1) / 0, lambda: D(0) / 0, lambda: D("1E999999") * 10, lambda: D("nan") < 1, lambda: D("snan") + 1, lambda: D(-1).sqrt(), lambda: D(1) // D("1E-40"))
say(lambda: D(1).is_nan(1), lambda: C().exp(), lambda: C().clear_flags(1), lambda: C().quantize(1, b=2), lambda: C().fma(1, 2), lambda: D(1).__round__(1, 2))
print([(e.__name__, [b.__name__ for b in e.__bases__]) for e in (Clamped, DivisionByZero, FloatOperation, Inexact, InvalidOperation, Overflow, Underflow)])
# stdout:
#| TypeError function missing required argument 'exp' (pos 1)
#| TypeError function takes at most 3 arguments (4 given)
#| TypeError this function got an unexpected keyword argument 'foo'
#| TypeError optional argument must be a context
#| TypeError function takes at most 1 argument (2 given)
#| TypeError valid values for rounding are:
#|   [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,
#|    ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,
#|    ROUND_05UP]
#| TypeError function takes at most 2 arguments (3 given)
#| TypeError this function got an unexpected keyword argument 'foo'
#| ValueError argument must be a sequence of length 3
#| InvalidOperation [<class 'decimal.ConversionSyntax'>]
#| TypeError conversion from complex to Decimal is not supported
#| TypeError conversion from str to Decimal is not supported
#| ValueError valid range for prec is [1, MAX_PREC]
#| TypeError an integer is required
#| TypeError this function got an unexpected keyword argument 'foo'
#| TypeError valid values for rounding are:
#|   [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,
#|    ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,
#|    ROUND_05UP]
#| TypeError function takes exactly 2 arguments (1 given)
#| TypeError conversion from str to Decimal is not supported
#| TypeError function missing required argument 'b' (pos 2)
#| TypeError conversion from float to Decimal is not supported
#| TypeError an integer is required
#| AttributeError context attributes cannot be deleted
#| TypeError function takes at most 8 arguments (9 given)
#| ValueError valid values for clamp are 0 or 1
#| ValueError valid values for capitals are 0 or 1
#| ValueError valid range for Emin is [MIN_EMIN, 0]
#| ValueError valid range for Emax is [0, MAX_EMAX]
#| TypeError argument must be a signal dict
#| OverflowError Python int too large to convert to C ssize_t
#| KeyError valid values for signals are:
#|   [InvalidOperation, FloatOperation, DivisionByZero,
#|    Overflow, Underflow, Subnormal, Inexact, Rounded,
#|    Clamped]
#| KeyError invalid signal dict
#| TypeError argument must be a Decimal
#| TypeError this function got an unexpected keyword argument 'foo'
#| TypeError optional argument must be a context
#| TypeError argument must be a context
#| ValueError invalid format string
#| ValueError invalid signal dict
#| ValueError argument must be a multiple of 32, with a maximum of 512
#| TypeError '<' not supported between instances of 'decimal.Decimal' and 'complex'
#| TypeError unsupported operand type(s) for +: 'decimal.Decimal' and 'float'
#| TypeError unsupported operand type(s) for //: 'decimal.Decimal' and 'str'
#| TypeError unsupported operand type(s) for ** or pow(): 'decimal.Decimal' and 'str'
#| TypeError '<' not supported between instances of 'decimal.Decimal' and 'str'
#| TypeError optional arg must be an integer
#| TypeError Cannot hash a signaling NaN value
#| ValueError cannot convert NaN to integer
#| OverflowError cannot convert Infinity to integer
#| OverflowError cannot convert Infinity to integer ratio
#| ValueError cannot convert signaling NaN to float
#| TypeError argument must be int or float
#| TypeError conversion from str to Decimal is not supported
#| ValueError sign must be an integer with the value 0 or 1
#| ValueError coefficient must be a tuple of digits
#| ValueError string argument in the third position must be 'F', 'n' or 'N'
#| ValueError coefficient must be a tuple of digits
#| ValueError exponent must be an integer
#| ValueError argument must be a sequence of length 3
#| DivisionByZero [<class 'decimal.DivisionByZero'>]
#| InvalidOperation [<class 'decimal.DivisionUndefined'>]
#| Overflow [<class 'decimal.Overflow'>]
#| InvalidOperation [<class 'decimal.InvalidOperation'>]
#| InvalidOperation [<class 'decimal.InvalidOperation'>]
#| InvalidOperation [<class 'decimal.InvalidOperation'>]
#| InvalidOperation [<class 'decimal.DivisionImpossible'>]
#| TypeError Decimal.is_nan() takes no arguments (1 given)
#| TypeError Context.exp() takes exactly one argument (0 given)
#| TypeError Context.clear_flags() takes no arguments (1 given)
#| TypeError quantize() takes no keyword arguments
#| TypeError function takes exactly 3 arguments (2 given)
#| TypeError function takes at most 1 argument (2 given)
#| [('Clamped', ['DecimalException']), ('DivisionByZero', ['DecimalException', 'ZeroDivisionError']), ('FloatOperation', ['DecimalException', 'TypeError']), ('Inexact', ['DecimalException']), ('InvalidOperation', ['DecimalException']), ('Overflow', ['Inexact', 'Rounded']), ('Underflow', ['Inexact', 'Rounded', 'Subnormal'])]
