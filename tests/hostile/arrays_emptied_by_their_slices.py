import array, gc, threading, weakref
class Sly:
    def __index__(self):
        del a[:]
        return 1
for op in (lambda: a[Sly():2], lambda: a[:Sly()], lambda: a.__setitem__(slice(Sly(), 2), array.array('i', [7])), lambda: a.__delitem__(slice(Sly(), 2))):
    a = array.array('i', [1, 2, 3])
    try: print(op(), a)
    except Exception as e: print(type(e).__name__, e)
class Data(threading.local):
    def __del__(self): print('gone')
x = Data()
x.me = x
del x
gc.collect()
lock = threading.RLock()
try: lock._acquire_restore((1,))
except TypeError as e: print(e)
# stdout:
#| array('i') array('i')
#| array('i') array('i')
#| None array('i', [7])
#| None array('i')
#| gone
#| _acquire_restore() argument 1 must be tuple of length 2, not 1
