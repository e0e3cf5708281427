import weakref
log = []
class A: pass
a = A()
refs = [weakref.ref(a, lambda r, i=i: log.append(i)) for i in range(3)]
a = None
print(log)
# stdout:
#| [2, 1, 0]
