from operator import attrgetter, itemgetter, methodcaller, length_hint, indexOf, countOf, concat, index, call
import pickle
class A: pass
a = A(); a.b = A(); a.b.c = 5; a.d = 6
print(attrgetter("b.c")(a), attrgetter("b.c", "d")(a))
print(itemgetter(1)("abc"), itemgetter(2, 0, -1)([1, 2, 3]), itemgetter(slice(1))("ab"))
print(methodcaller("split", "-", maxsplit=1)("a-b-c"), methodcaller("upper")("x"))
for getter in (attrgetter("x.y", "z"), itemgetter(1), itemgetter(1, "k"), methodcaller("m", 1, k=2)):
    print(getter, pickle.loads(pickle.dumps(getter)))
for wrong in (lambda: attrgetter(1), lambda: methodcaller(), lambda: methodcaller(1), itemgetter, lambda: itemgetter(1)(),
              lambda: concat(1, 2), lambda: indexOf([], 1), lambda: countOf(1, 2), lambda: index("x"), call,
              lambda: length_hint([], "x"), lambda: itemgetter(5)(())):
    try: print(wrong())
    except Exception as error: print(type(error).__name__, error)
print(length_hint(iter([1, 2])), length_hint(object(), 9), countOf([1, 1.0, 2], 1), call(max, 1, 2, key=lambda x: -x))
# stdout:
#| 5 (5, 6)
#| b (3, 1, 3) a
#| ['a', 'b-c'] X
#| operator.attrgetter('x.y', 'z') operator.attrgetter('x.y', 'z')
#| operator.itemgetter(1) operator.itemgetter(1)
#| operator.itemgetter(1, 'k') operator.itemgetter(1, 'k')
#| operator.methodcaller('m', 1, k=2) operator.methodcaller('m', 1, k=2)
#| TypeError attribute name must be a string
#| TypeError methodcaller needs at least one argument, the method name
#| TypeError method name must be a string
#| TypeError itemgetter expected 1 argument, got 0
#| TypeError itemgetter expected 1 argument, got 0
#| TypeError 'int' object can't be concatenated
#| ValueError sequence.index(x): x not in sequence
#| TypeError argument of type 'int' is not iterable
#| TypeError 'str' object cannot be interpreted as an integer
#| TypeError call expected at least 1 argument, got 0
#| TypeError 'str' object cannot be interpreted as an integer
#| IndexError tuple index out of range
#| 2 9 2 1
