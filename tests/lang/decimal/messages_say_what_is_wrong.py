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
