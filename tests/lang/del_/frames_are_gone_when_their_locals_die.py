import sys
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno)
def f(n):
    d = D(n)
    e = [D(n + 0.5)]
    return 5
def g():
    x = f(1)
    return f(2)
def h():
    d = D(3)
    1/0
g()
try: h()
except ZeroDivisionError: print("handled")
def gen():
    d = D(4)
    yield 1
    return
for i in gen(): pass
x = gen(); next(x); del x
class C:
    def __init__(self):
        a = D(5)
        self.x = D(6)
def k():
    C()
    return 1
k()
def r(n):
    d = D(n)
    if n < 12: r(n + 1)
r(10)
# stdout:
#| del 1.5 g 10
#| del 1 g 10
#| del 2.5 g 11
#| del 2 g 11
#| handled
#| del 3 <module> 17
#| del 4 <module> 22
#| del 4 <module> 23
#| del 5 k 29
#| del 6 k 29
#| del 12 r 34
#| del 11 r 34
#| del 10 <module> 35
