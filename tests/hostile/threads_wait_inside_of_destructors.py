import threading, weakref
class Slow:
    def __init__(self, first, second): self.first, self.second = first, second
    def __del__(self):
        self.first.set(); self.second.wait()
for i in range(60):
    started, over = threading.Event(), threading.Event()
    started2, over2 = threading.Event(), threading.Event()
    def a():
        x = [Slow(started, over)]
        del x
    def b():
        x = [Slow(started2, over2)]
        del x
    ta = threading.Thread(target=a); tb = threading.Thread(target=b)
    ta.start(); started.wait(); tb.start(); started2.wait()
    over.set(); ta.join(); over2.set(); tb.join()
class Seen: pass
class T:
    def __del__(self): print("gone")
seen = Seen(); w = weakref.ref(seen)
x = [seen]; t = [T()]
del seen, x
del t
print(w() is None)
# stdout:
#| gone
#| True
