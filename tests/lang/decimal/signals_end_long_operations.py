"""A handler that raises ends an operation that takes long; one that does not leaves the result as it is."""
import signal
from decimal import Context, Decimal


class Stop(Exception):
    pass


def stop(number, frame):
    Context(prec=40).ln(3)
    raise Stop


signal.signal(signal.SIGALRM, stop)
wide = Context(prec=1500, traps=[])
for name in ("exp", "ln", "log10"):
    signal.setitimer(signal.ITIMER_REAL, 0.002)
    try:
        for _ in range(1000):
            getattr(wide, name)(Decimal("2.5"))
    except Stop:
        print(name, "stopped")

seen = []
signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
first = Context(prec=500).exp(Decimal(2))
while not seen:
    pass
signal.setitimer(signal.ITIMER_REAL, 0)
print(first == Context(prec=500).exp(Decimal(2)), first.logb())
# stdout:
#| exp stopped
#| ln stopped
#| log10 stopped
#| True 0
