def g():
    got = yield 1
    while True:
        got = yield got * 2
it = g()
print(next(it), it.send(5), it.send(7))
try:
    g().send(1)
except TypeError as e:
    print(e)
# stdout:
#| 1 10 14
#| can't send non-None value to a just-started generator
