# Thousands to one object: the newest is called first, whatever died before.
import weakref


class C:
    pass


called = []
one = C()
refs = [weakref.ref(one, lambda ref, i=i: called.append(i)) for i in range(2000)]
shared, proxy = weakref.ref(one), weakref.proxy(one)
print(weakref.getweakrefcount(one), weakref.getweakrefs(one)[0] is shared)
del refs[::2]
refs += [weakref.ref(one, lambda ref, i=i: called.append(i)) for i in range(2000, 2500)]
del refs[100:900]
print(weakref.getweakrefcount(one), weakref.ref(one) is shared, weakref.getweakrefs(one)[:3] == [shared, proxy, refs[-1]])
del shared, proxy
refs += [weakref.ref(one, lambda ref, i=i: called.append(i)) for i in range(2500, 3500)]
print(weakref.getweakrefcount(one), weakref.getweakrefs(one) == refs[::-1])
del refs[1::3]
count = len(refs)
del one
print(len(called) == count, called == sorted(called, reverse=True), [ref() for ref in refs[:2]])
one = C()
for i in range(1000):
    weakref.ref(one, print)
print(weakref.getweakrefcount(one))
# stdout:
#| 2002 True
#| 702 True True
#| 1700 True
#| True True [None, None]
#| 0
