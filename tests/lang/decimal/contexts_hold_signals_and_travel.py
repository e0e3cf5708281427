import copy, pickle, threading, contextvars, asyncio
from decimal import *
c = Context(prec=7, rounding=ROUND_FLOOR, Emin=-50, Emax=60, capitals=0, clamp=1, flags=[Inexact], traps=[Overflow, Clamped])
print(c, repr(c.flags) == repr(copy.copy(c).flags), pickle.loads(pickle.dumps(c)), c.__reduce__()[1][:6], c.Etiny(), c.Etop())
print(c.flags[Inexact], c.traps[Overflow], len(c.flags), [s.__name__ for s in c.traps], c.flags == dict(c.flags), c.flags != c.traps, c.flags is c.flags)
c.clear_flags(); c.traps = dict.fromkeys(c.traps, False)
print(c.divide(1, 3), c.flags[Inexact], c.traps[Overflow], c.multiply(Decimal("1e50"), Decimal("1e50")), c.flags[Overflow])
for values in (pickle.loads(pickle.dumps([Decimal("1.50"), Decimal("-0E5"), Decimal("-snan7"), Decimal("Inf")])), [copy.deepcopy(Decimal("2.0"))]):
    print(values)
class Mine(Decimal):
    def __new__(cls, value, name="x"):
        self = Decimal.__new__(cls, value); self.name = name; return self
m = Mine("1.5", "y")
print(type(m), m.name, type(m + 1), type(Mine.from_float(0.5)), Decimal(m), type(Decimal(m)), m == Decimal("1.5"), hash(m) == hash(1.5), repr(m))
with localcontext(prec=5) as local:
    print(Decimal(1) / 3, getcontext() is local, getcontext().prec)
    with localcontext(ExtendedContext, rounding=ROUND_UP): print(Decimal(1) / 3, getcontext())
print(getcontext().prec, getcontext() is getcontext())
def work(out): getcontext().prec += 1; out.append(getcontext().prec)
out = []
for _ in range(2):
    t = threading.Thread(target=work, args=(out,)); t.start(); t.join()
contextvars.copy_context().run(lambda: (setcontext(Context(prec=3)), out.append(str(Decimal(1) / 3))))
async def task(n):
    with localcontext() as c:
        c.prec = n
        await asyncio.sleep(0)
        out.append(str(Decimal(1) / 7))
async def main(): await asyncio.gather(task(4), task(6))
asyncio.run(main())
print(out, getcontext().prec)
getcontext().traps[FloatOperation] = True
for f in (lambda: Decimal(1.5), lambda: Decimal(1) < 1.5, lambda: Decimal(1.0) == 1.0, lambda: Decimal("1.5") == 1.5, lambda: Decimal.from_float(1.5)):
    try: print(f())
    except FloatOperation as e: print(type(e).__name__, e.args)
setcontext(BasicContext); print(getcontext() is BasicContext, getcontext(), IEEEContext(128), DecimalTuple(1, (2,), 3))
# stderr:
#| Traceback (most recent call last):
#|   File "contexts_hold_signals_and_travel.py", line 4, in <module>
#|     print(c, repr(c.flags) == repr(copy.copy(c).flags), pickle.loads(pickle.dumps(c)), c.__reduce__()[1][:6], c.Etiny(), c.Etop())
#|                               ~~~~^^^^^^^^^^^^^^^^^^^^
#| ValueError: invalid signal dict
# exit: 1
