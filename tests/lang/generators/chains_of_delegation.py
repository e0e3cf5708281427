# What a chain of delegations yields, gets sent, thrown and returned; one link is resumed by hand; the chain is deeper than calls may be.
import sys


def link(depth, log):
    try:
        if depth == 0:
            got = yield "first"
            log.append(got)
            got = yield "second"
            log.append(got)
            return "bottom"
        result = yield from link(depth - 1, log)
        extra = yield (depth, result)
        log.append((depth, extra))
        return depth
    except KeyError as error:
        log.append((depth, "caught", error.args))
        raise
    finally:
        log.append((depth, "left"))


for depth in 0, 1, 2, 5:
    log = []
    print(list(link(depth, log)), log)

log = []
chain = link(3, log)
print(next(chain), chain.send("a"), chain.send("b"), chain.send("c"), next(chain), log)
chain.close()
print(log)

log = []
chain = link(3, log)
next(chain)
try:
    chain.throw(KeyError("k"))
except KeyError as error:
    depth = 0
    traceback = error.__traceback__
    while traceback:
        depth += 1
        traceback = traceback.tb_next
    print(error, depth, log)


class Tree:
    def __init__(self, *parts):
        self.parts = parts

    def __iter__(self):
        for part in self.parts:
            if isinstance(part, Tree):
                yield from part
            else:
                yield part


print(list(Tree(Tree(), 1, Tree(2, Tree(Tree(3), 4)), Tree(Tree(Tree(5))), 6)))


def outer(inner):
    yield from inner


inner = (at for at in range(6))
chain = outer(outer(inner))
print(next(chain), next(inner), next(chain), chain.gi_yieldfrom.gi_yieldfrom is inner)
inner.close()
print(list(chain))


def busy():
    yield 1
    yield from me


me = busy()
print(next(me))
try:
    next(me)
except ValueError as error:
    print(error)


def looked():
    for name in "a", "b":
        yield name, sys._getframe().f_back.f_code.co_name, sys._getframe().f_back.f_back.f_code.co_name


def middle():
    yield from looked()


def top():
    yield from middle()


for seen in top():
    print(seen)


def down(depth):
    if depth:
        yield from down(depth - 1)
    yield depth


try:
    for _ in down(100_000):
        pass
except RecursionError as error:
    print(error)
print(sum(down(900)))


class Loud:
    def __del__(self):
        print("gone")


def holds():
    held = Loud()
    yield 1
    yield 2
    del held


def lets_go():
    yield from holds()
    print("behind")


for _ in lets_go():
    print(_)


async def leaf():
    return await Waits("leaf")


class Waits:
    def __init__(self, name):
        self.name = name

    def __await__(self):
        got = yield self.name
        return got


async def branch(depth):
    if depth:
        return await branch(depth - 1), await branch(0)
    return await leaf()


task = branch(4)
sent = None
count = 0
try:
    while True:
        assert task.send(sent) == "leaf"
        count += 1
        sent = count if count % 2 else None
except StopIteration as stop:
    print(stop.value)
# stdout:
#| ['first', 'second'] [None, None, (0, 'left')]
#| ['first', 'second', (1, 'bottom')] [None, None, (0, 'left'), (1, None), (1, 'left')]
#| ['first', 'second', (1, 'bottom'), (2, 1)] [None, None, (0, 'left'), (1, None), (1, 'left'), (2, None), (2, 'left')]
#| ['first', 'second', (1, 'bottom'), (2, 1), (3, 2), (4, 3), (5, 4)] [None, None, (0, 'left'), (1, None), (1, 'left'), (2, None), (2, 'left'), (3, None), (3, 'left'), (4, None), (4, 'left'), (5, None), (5, 'left')]
#| first second (1, 'bottom') (2, 1) (3, 2) ['a', 'b', (0, 'left'), (1, 'c'), (1, 'left'), (2, None), (2, 'left')]
#| ['a', 'b', (0, 'left'), (1, 'c'), (1, 'left'), (2, None), (2, 'left'), (3, 'left')]
#| 'k' 5 [(0, 'caught', ('k',)), (0, 'left'), (1, 'caught', ('k',)), (1, 'left'), (2, 'caught', ('k',)), (2, 'left'), (3, 'caught', ('k',)), (3, 'left')]
#| [1, 2, 3, 4, 5, 6]
#| 0 1 2 True
#| []
#| 1
#| generator already executing
#| ('a', 'middle', 'top')
#| ('b', 'middle', 'top')
#| maximum recursion depth exceeded
#| 405450
#| 1
#| 2
#| gone
#| behind
#| ((((1, None), 3), None), 5)
