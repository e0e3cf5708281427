"""The memo of a pickler: identity, many entries, copies of it, frames and large strings."""
import io
import pickle


class Writer:
    def write(self, data):
        print(len(data), bytes(data[:6]))


shared = ["x"]
items = [shared, shared, ("y", shared), {"k": shared, "l": "k" * 3}]
for protocol in range(6):
    again = pickle.loads(pickle.dumps(items, protocol))
    print(again == items, again[0] is again[1] is again[2][1] is again[3]["k"])
many = [str(number) for number in range(5000)]
print(pickle.loads(pickle.dumps(many * 2)) == many * 2, len(pickle.dumps(many * 2)))
pickle.dump(["a" * 100] * 3 + ["b" * 65536, "c" * 65535] + many, Writer())

file = io.BytesIO()
pickler = pickle.Pickler(file)
pickler.dump("abc")
pickler.dump("abc")
memo = pickler.memo
print(sorted(entry[0] for entry in memo.copy().values()))
other = pickle.Pickler(file)
other.memo = memo
other.dump("abc")
other.memo = memo.copy()
other.memo.clear()
other.dump("abc")
print(file.getvalue())
for bad in (b"", b".", b"(", b"K", b"\x8c\x05ab.", b"h\x00.", b"(K\x01u.", b"}(K\x01u.", b"\x94.", b"N\x94\x94h\x01.", b"\x86.", b"K\x01(\x94.", b"\x8c\x02\xff\xff.", b"Nr\xff\xff\xff\x00N\x94h\x01."):
    try:
        print(bad, pickle.loads(bad))
    except Exception as error:
        print(bad, type(error).__name__, error)
# stdout:
#| True True
#| True True
#| True True
#| True True
#| True True
#| True True
#| True 58159
#| 126 b'\x80\x05\x95n\x00\x00'
#| 65536 b'bbbbbb'
#| 65551 b'\x95\x06\x00\x01\x00\x00'
#| 33911 b'\x95n\x84\x00\x00\x00'
#| [0]
#| b'\x80\x05\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8c\x03abc\x94.\x80\x05h\x00.\x80\x05h\x00.\x80\x05\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8c\x03abc\x94.'
#| b'' EOFError Ran out of input
#| b'.' UnpicklingError unpickling stack underflow
#| b'(' EOFError Ran out of input
#| b'K' UnpicklingError pickle data was truncated
#| b'\x8c\x05ab.' UnpicklingError pickle data was truncated
#| b'h\x00.' UnpicklingError Memo value not found at index 0
#| b'(K\x01u.' UnpicklingError unpickling stack underflow
#| b'}(K\x01u.' UnpicklingError odd number of items for SETITEMS
#| b'\x94.' UnpicklingError unpickling stack underflow
#| b'N\x94\x94h\x01.' None
#| b'\x86.' UnpicklingError unpickling stack underflow
#| b'K\x01(\x94.' UnpicklingError unexpected MARK found
#| b'\x8c\x02\xff\xff.' UnicodeDecodeError 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
#| b'Nr\xff\xff\xff\x00N\x94h\x01.' None
