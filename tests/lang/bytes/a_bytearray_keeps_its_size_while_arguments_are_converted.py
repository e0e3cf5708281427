class Evil:
    def __init__(self, array):
        self.array = array

    def __index__(self):
        self.array.clear()
        return 65


for name in ("find", "count", "index", "rfind", "rindex"):
    array = bytearray(b"A")
    try:
        print(getattr(array, name)(Evil(array)))
    except BufferError as e:
        print(name, e)
array = bytearray(b"%a end")


class S:
    def __repr__(self):
        array.clear()
        return "E"


try:
    print(array % S())
except BufferError as e:
    print(e)
print(repr(bytearray(b"'")))
# stdout:
#| find Existing exports of data: object cannot be re-sized
#| count Existing exports of data: object cannot be re-sized
#| index Existing exports of data: object cannot be re-sized
#| rfind Existing exports of data: object cannot be re-sized
#| rindex Existing exports of data: object cannot be re-sized
#| Existing exports of data: object cannot be re-sized
#| bytearray(b"\'")
