# A generator that waits goes on with the code that it began with, wherever it is kept; one that is made later has the new code,
# and a function that was none before may become a generator function and back.
import gc


def old():
    yield "old 1"
    yield "old 2"


def new():
    yield "new 1"
    yield "new 2"


def plain():
    return "plain"


class Box:
    pass


box = Box()
box.waiting = old()
print(next(box.waiting))
gc.collect()
generator_code = old.__code__
old.__code__ = plain.__code__
print(next(box.waiting), old())
old.__code__ = new.__code__
later = old()
print(next(later))
old.__code__ = generator_code
print(next(later), list(old()), list(box.waiting))

# Who holds an object, among many others.
crowd = [[number] for number in range(1000)]
target = Box()
holders = [[target], {"key": target}, (target, 1), {target}]
found = gc.get_referrers(target)
print([any(one is holder for one in found) for holder in holders], any(one is crowd for one in found))
found = gc.get_referrers(target, crowd[7])
print([any(one is holder for one in found) for holder in [*holders, crowd]])
# stdout:
#| old 1
#| old 2 plain
#| new 1
#| new 2 ['old 1', 'old 2'] []
#| [True, True, True, True] False
#| [True, True, True, True, True]
# stderr:
#| new_code_for_a_generator_function_leaves_those_that_wait.py:29: DeprecationWarning: Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)
#|   old.__code__ = plain.__code__
#| new_code_for_a_generator_function_leaves_those_that_wait.py:31: DeprecationWarning: Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)
#|   old.__code__ = new.__code__
