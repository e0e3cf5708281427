# What `cargo xtask growth` measures: each function makes a thing of n elements and works on it.
#
# `growth.py` lists the names with the greatest power of ten that makes sense; `growth.py NAME N` prints the seconds that it took
# and the bytes an element by which the process grew while the thing was held (nothing where the system doesn't tell).
import gc
import os
import sys
from time import process_time

SUBJECTS = {}


def subject(most, memory=False):
    def keep(function):
        SUBJECTS[function.__name__] = function, most, memory
        return function
    return keep


class Point:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


class Slotted:
    __slots__ = "x", "y", "z"

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


class Node:
    def __init__(self, next):
        self.next = next


@subject(7, memory=True)
def list_of_ints(n):
    return [i + 1000 for i in range(n)]


@subject(7, memory=True)
def list_of_floats(n):
    return [i + 0.1 for i in range(n)]


@subject(7, memory=True)
def list_appended(n):
    made = []
    for i in range(n):
        made.append(None)
    return made


@subject(7)
def list_popped(n):
    made = list(range(n))
    while made:
        made.pop()


@subject(6)
def list_sorted(n):
    made = [(i * 7919) % n for i in range(n)]
    made.sort()
    return made


@subject(6)
def list_sorted_by_key(n):
    made = [(i * 7919) % n for i in range(n)]
    return sorted(made, key=lambda i: -i)


@subject(6)
def list_of_pairs_sorted(n):
    return sorted([(i * 7919 % n, str(i)) for i in range(n)])


@subject(7, memory=True)
def tuples(n):
    return [(i, i) for i in range(n)]


@subject(7, memory=True)
def texts(n):
    return [str(i) for i in range(n)]


@subject(6)
def deque_through(n):
    from collections import deque
    made = deque()
    for i in range(n):
        made.append(i)
    for i in range(n):
        made.append(made.popleft())
    return made


@subject(6)
def heap_through(n):
    from heapq import heappop, heappush
    made = []
    for i in range(n):
        heappush(made, i * 7919 % n)
    while made:
        heappop(made)


@subject(7, memory=True)
def dict_of_ints(n):
    return {i: None for i in range(n)}


@subject(6, memory=True)
def dict_of_texts(n):
    return {str(i): None for i in range(n)}


@subject(6)
def dict_looked_up(n):
    made = {str(i): i for i in range(n)}
    total = 0
    for i in range(n):
        total += made[str(i)]
    return total


@subject(6)
def dict_as_queue(n):
    # The first is taken, a new one put behind: places of the dead must not be walked again and again.
    made = dict.fromkeys(range(n))
    for i in range(n):
        del made[next(iter(made))]
        made[n + i] = None
    return made


@subject(6)
def dict_emptied_by_popitem(n):
    made = dict.fromkeys(range(n))
    while made:
        made.popitem()


@subject(6)
def ordered_dict_as_queue(n):
    from collections import OrderedDict
    made = OrderedDict.fromkeys(range(n))
    for i in range(n):
        made.popitem(last=False)
        made[n + i] = None
    return made


@subject(6)
def dict_of_multiples(n):
    # Their low bits are equal.
    return {i << 20: i for i in range(n)}


@subject(7, memory=True)
def set_of_ints(n):
    return set(range(n))


@subject(6)
def set_emptied_by_pop(n):
    made = set(range(n))
    while made:
        made.pop()


@subject(6)
def set_operations(n):
    a, b = set(range(n)), set(range(n // 2, n + n // 2))
    return len(a & b), len(a | b), len(a - b), len(a ^ b)


@subject(7)
def text_concatenated(n):
    made = ""
    for i in range(n):
        made += "x"
    return made


@subject(6)
def text_concatenated_as_attribute_of_a_list(n):
    made = [""]
    for i in range(min(n, 10**5)):
        made[0] += "x"
    return made


@subject(7)
def text_joined(n):
    return "".join(["x" for i in range(n)])


@subject(6)
def text_indexed(n):
    made = "é" * n
    total = 0
    for i in range(n):
        total += made[i] == "é"
    return total


@subject(6)
def text_sliced_and_searched(n):
    made = "aé" * (n // 2)
    total = 0
    for i in range(0, n - 10, 2):
        total += len(made[i:i + 10]) + made.find("é", i)
    return total


@subject(7)
def text_split_and_replaced(n):
    made = "ab " * (n // 3)
    return len(made.split()), len(made.replace("a", "ccc")), len(made.upper())


@subject(6)
def text_iterated(n):
    total = 0
    for letter in "aé" * (n // 2):
        total += letter == "a"
    return total


@subject(6)
def bytes_appended(n):
    made = bytearray()
    for i in range(n):
        made.append(i & 255)
    while made:
        del made[:100]


@subject(6)
def stringio_written(n):
    import io
    made = io.StringIO()
    for i in range(n):
        made.write("é")
    made.seek(0)
    return len(made.read())


@subject(6)
def int_of_many_digits(n):
    made = 1 << n
    return made.bit_length(), (made >> 1) + made


@subject(6)
def generators_chained(n):
    def add(source):
        for i in source:
            yield i + 1
    made = iter(range(n))
    for _ in range(10):
        made = add(made)
    return sum(made)


@subject(6)
def generator_expressions_chained(n):
    made = range(n)
    for _ in range(5):
        made = (i + 1 for i in made)
    return sum(made)


@subject(4)
def generators_delegating_deeply(n):
    sys.setrecursionlimit(10**6)

    def deep(levels):
        if levels:
            yield from deep(levels - 1)
        else:
            yield from range(10)
    return sum(deep(n // 10))


@subject(6, memory=True)
def generators_held(n):
    return [(j for j in ()) for i in range(n)]


@subject(6, memory=True)
def functions_held(n):
    return [lambda: i for i in range(n)]


@subject(6, memory=True)
def instances(n):
    return [Point(i, i, i) for i in range(n)]


@subject(6, memory=True)
def instances_with_slots(n):
    return [Slotted(i, i, i) for i in range(n)]


@subject(6, memory=True)
def empty_instances(n):
    return [object() for i in range(n)]


@subject(6)
def linked_list(n):
    made = None
    for i in range(n):
        made = Node(made)
    return made


@subject(6)
def linked_list_dropped(n):
    made = None
    for i in range(n):
        made = Node(made)
    made = None


@subject(6)
def rings_collected(n):
    for i in range(n):
        made = Node(None)
        made.next = made
    gc.collect()


@subject(6)
def tree(n):
    def build(n):
        if n > 1:
            return [build(n // 2), build(n - n // 2)]
        return []

    def count(tree):
        return 1 + sum(map(count, tree))
    return count(build(n))


@subject(6)
def weak_references(n):
    import weakref
    made = [Node(None) for i in range(n)]
    refs = [weakref.ref(node) for node in made]
    table = weakref.WeakValueDictionary(enumerate(made))
    del made
    return len(table), sum(ref() is not None for ref in refs)


@subject(6)
def bound_to_one_object(n):
    # All of them look at one object.
    import weakref
    one = Node(None)
    made = [weakref.ref(one, print) for i in range(n)]
    while made:
        made.pop()


@subject(4, memory=True)
def classes(n):
    return [type("C", (Point,), {}) for i in range(n)]


@subject(4)
def classes_under_a_changing_base(n):
    base = type("Base", (), {"x": 0})
    made = [type("C", (base,), {}) for i in range(n)]
    for i in range(10):
        base.x = i
    return sum(c.x for c in made)


@subject(3)
def classes_in_a_chain(n):
    made = type("C", (), {"x": 1})
    for i in range(n):
        made = type("C", (made,), {})
    it = made()
    return sum(it.x for i in range(n))


@subject(6)
def attributes_of_one_instance(n):
    one = Node(None)
    for i in range(n):
        setattr(one, "a%d" % i, i)
    return sum(getattr(one, "a%d" % i) for i in range(n))


@subject(5)
def globals_made(n):
    space = {}
    exec("\n".join(f"v{i} = {i}" for i in range(n)), space)
    return space


@subject(5)
def source_compiled(n):
    return compile("x = [" + "1, " * n + "]\n" + "f(a, b)\n" * (n // 10), "text", "exec")


@subject(5)
def exceptions_raised(n):
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError as error:
            last = error
    return last


@subject(4)
def exceptions_in_a_chain(n):
    error = None
    for i in range(n):
        try:
            raise ValueError(i) from error
        except ValueError as new:
            error = new
    return error


@subject(6)
def json_written_and_read(n):
    import json
    return len(json.loads(json.dumps([{"a": i} for i in range(n // 10)])))


@subject(6)
def pickled(n):
    import pickle
    return len(pickle.loads(pickle.dumps([(i, str(i)) for i in range(n // 10)])))


@subject(6)
def copied_deeply(n):
    import copy
    return copy.deepcopy([[i] for i in range(n // 10)])


@subject(6)
def matched(n):
    import re
    return len(re.findall(r"a(b|c)+d", "abcbd " * (n // 6))), len(re.sub("b", "x", "ab" * (n // 2)))


@subject(5)
def coroutines_run(n):
    import asyncio

    async def one(i):
        await asyncio.sleep(0)
        return i

    async def all():
        return len(await asyncio.gather(*[one(i) for i in range(n // 10)]))
    return asyncio.run(all())


@subject(5)
def arguments_passed(n):
    def take(*args, **names):
        return len(args) + len(names)
    return take(*range(n)), take(**{f"a{i}": i for i in range(n)})


def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def main(name, n):
    function, _, memory = SUBJECTS[name]
    function(10)
    best, grown = None, None
    for _ in range(3 if n <= 10**5 else 1):
        gc.collect()
        before = resident()
        start = process_time()
        made = function(n)
        taken = process_time() - start
        if memory and before is not None and grown is None:
            grown = (resident() - before) / n
        del made
        best = taken if best is None else min(best, taken)
    print(best, "" if grown is None or n < 10**4 else grown)


if len(sys.argv) > 1:
    main(sys.argv[1], int(sys.argv[2]))
else:
    for name, (_, most, _) in SUBJECTS.items():
        print(name, most)
