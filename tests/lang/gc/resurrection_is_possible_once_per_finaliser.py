saved = []
class A:
    def __del__(self):
        print("del")
        saved.append(self)
a = A()
del a
print(len(saved))
saved.clear()
print(len(saved))
import gc
class B:
    def __del__(self): saved.append(self); print("b")
b = B(); b.me = b
del b
gc.collect(); saved.clear(); gc.collect()
print("end", len(saved))
# stdout:
#| del
#| 1
#| 0
#| b
#| end 0
