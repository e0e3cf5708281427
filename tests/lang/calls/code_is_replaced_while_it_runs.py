def g(): return 1
def f(n):
    x = [n]
    f.__code__ = g2.__code__
    try:
        y = "a constant %d" % n
        z = {"k": 12345678901234567890, "l": 2.5e300, "m": b"bytes"}
        1/0
    except ZeroDivisionError as e:
        return x, y, z, e.__traceback__.tb_lineno, len("another constant"), e.__traceback__.tb_frame.f_code.co_name
def g2(n): return n
print(f(3))
print(f(4))
def gen():
    gen.__code__ = gen2.__code__
    a = 1; b = 2; c = 3
    yield a, "const"
    try:
        yield b, c
        raise ValueError("x")
    except ValueError as e:
        yield str(e), 3.25
def gen2(): yield None
print(list(gen()))
def deep(n):
    if n == 0:
        deep.__code__ = g2.__code__
        return "bottom"
    v = deep(n-1)
    return [n, v, "text", 99999999999999999999]
print(deep(4))
def one():
    a = yield "first"
    yield a, "of one", 10**30
def other(): yield 5
held = one()
print(next(held))
one.__code__ = other.__code__
print(held.send("sent"), held.gi_code.co_name, list(one()))
def method(self, n=2):
    C.method.__code__ = (lambda self, n=2: ("new", n)).__code__
    x = [n, "old", 1.5e10]
    return x, self.method(7)
class C: pass
C.method = method
print(C().method(), C().method())
import threading
go, ready = threading.Event(), threading.Event()
def waits(n):
    m = n * 2
    ready.set()
    go.wait()
    return m, "waited", 2.5
out = []
t = threading.Thread(target=lambda: out.append(waits(4)))
t.start()
ready.wait()
waits.__code__ = g2.__code__
go.set()
t.join()
print(out, waits(1))
# stdout:
#| ([3], 'a constant 3', {'k': 12345678901234567890, 'l': 2.5e+300, 'm': b'bytes'}, 8, 16, 'f')
#| 4
#| [(1, 'const'), (2, 3), ('x', 3.25)]
#| [4, [3, [2, [1, 'bottom', 'text', 99999999999999999999], 'text', 99999999999999999999], 'text', 99999999999999999999], 'text', 99999999999999999999]
#| first
#| ('sent', 'of one', 1000000000000000000000000000000) one [5]
#| ([2, 'old', 15000000000.0], ('new', 7)) ('new', 2)
#| [(8, 'waited', 2.5)] 1
