import inspect
def g():
    yield 1
it = g()
print(inspect.getgeneratorstate(it), it.gi_running, it.gi_yieldfrom, it.__name__, it.__qualname__)
next(it)
print(inspect.getgeneratorstate(it), it.gi_frame.f_lineno)
list(it)
print(inspect.getgeneratorstate(it), it.gi_frame, it.gi_suspended)
# stdout:
#| GEN_CREATED False None g g
#| GEN_SUSPENDED 3
#| GEN_CLOSED None False
