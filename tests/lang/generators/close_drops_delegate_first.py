# What a generator delegates to is let go before the exception of its close() or throw() reaches the generator's own handlers.
class Noted:
    def __init__(self, name): self.name = name
    def __enter__(self): print('enter', self.name)
    def __exit__(self, kind, *rest): print('exit', self.name, kind and kind.__name__)

def stubborn():
    try:
        yield 1
    finally:
        with Noted('inner'):
            yield 2

def outer():
    try:
        yield from stubborn()
    finally:
        print('outer finally')

for action in (lambda g: g.close(), lambda g: print(g.throw(KeyError('k')))):
    g = outer()
    print(next(g))
    try:
        action(g)
    except RuntimeError as error:
        print(error)
del g, action

class Iterator:
    def __iter__(self): return self
    def __next__(self): return 1
    def __del__(self): print('dropped')

def plain():
    try:
        yield from Iterator()
    except KeyError:
        print('handler')
        yield 3

g = plain()
next(g)
print(g.throw(KeyError()))
# stdout:
#| 1
#| enter inner
#| exit inner GeneratorExit
#| outer finally
#| generator ignored GeneratorExit
#| 1
#| enter inner
#| 2
#| exit inner GeneratorExit
#| outer finally
#| dropped
#| handler
#| 3
