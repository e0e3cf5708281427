def g():
    x = yield
    y = (yield x) or "default"
    print([(yield 1), (yield 2)])
    return y
it = g()
print(next(it), it.send("s"), next(it), it.send("p"))
try:
    it.send("q")
except StopIteration as e:
    print(e.value)
# stdout:
#| None s 1 2
#| ['p', 'q']
#| default
