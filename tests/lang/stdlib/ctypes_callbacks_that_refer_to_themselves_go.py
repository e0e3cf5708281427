import ctypes
import gc

FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


class Owner:
    def __init__(self):
        self.callback = FUNCTION(self.method)

    def method(self, number):
        return number + 1


for number in range(1000):
    owner = Owner()
    assert owner.callback(3) == 4
    if number % 100 == 0:
        del owner
        gc.collect()
callback = Owner().callback
gc.collect()
print(callback(41))
# stdout:
#| 42
