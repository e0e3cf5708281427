def g():
    try:
        yield 1
    except GeneratorExit:
        print("exit")
        raise
it = g()
next(it)
print(it.close())
def stubborn():
    for _ in range(2):
        try:
            yield 1
        except GeneratorExit:
            pass
it = stubborn()
next(it)
try:
    it.close()
except RuntimeError as e:
    print(e)
def last():
    try:
        yield
    except GeneratorExit:
        return "value"
it = last(); next(it)
print(it.close())
# stdout:
#| exit
#| None
#| generator ignored GeneratorExit
#| value
