class Old:
    def __getitem__(self, i):
        if i < 3: return i
        raise IndexError
class New:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 2: raise StopIteration
        return self.n
print(list(Old()), list(New()), iter(Old()).__class__.__name__, 2 in Old())
try: iter(5)
except TypeError as e: print(e)
try: next([])
except TypeError as e: print(e)
# stdout:
#| [0, 1, 2] [1, 2] iterator True
#| 'int' object is not iterable
#| 'list' object is not an iterator
