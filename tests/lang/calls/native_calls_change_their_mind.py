class L(list):
    def __len__(self): return 77
    def append(self, x): print("mine", x)
class S(str):
    def __len__(self): return 78
def size(x): return len(x)
print([size(x) for x in ([1], "é", {1: 2}, (1, 2), {4}, b"12", range(9), L(), S("abc"), [], S())])
def add(o, v): o.append(v)
a = []
for o in (a, L(), a, bytearray(), a): add(o, 5)
print(a)
def each(functions): return [f(k) for k in range(2) for f in functions]
print(each([abs, str, lambda x: x + 1, int, bool, hex]))
def gen(f):
    for v in (3, -4):
        yield f(v)
        yield len([v])
for f in (abs, lambda v: v * 2, str, abs): print(list(gen(f)))
for bad in ("ab", 3):
    try: print(ord(bad))
    except TypeError as e: print(e)
def find(s): return s.index("z")
for s in ("xz", "abc", [1, "z"]):
    try: print(find(s))
    except ValueError as e: print(e)
class Gone:
    def __del__(self): print("gone")
for _ in range(2):
    len([Gone()]); callable(Gone()); print("next")
# stdout:
#| [1, 1, 1, 2, 1, 2, 9, 77, 78, 0, 78]
#| mine 5
#| [5, 5, 5]
#| [0, '0', 1, 0, False, '0x0', 1, '1', 2, 1, True, '0x1']
#| [3, 1, 4, 1]
#| [6, 1, -8, 1]
#| ['3', 1, '-4', 1]
#| [3, 1, 4, 1]
#| ord() expected a character, but string of length 2 found
#| ord() expected string of length 1, but int found
#| 1
#| substring not found
#| 1
#| gone
#| gone
#| next
#| gone
#| gone
#| next
