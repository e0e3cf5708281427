import io
import pickle

class Point:
    __slots__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y

class Named(dict):
    pass

shared = [1]
named = Named(a=shared)
named.me = named
for protocol in range(6):
    p, q, n, t = pickle.loads(pickle.dumps((shared, [shared], named, 2**70), protocol))
    print(p is q[0], n["a"] is p, n.me is n, type(n).__name__, t)
print(pickle.dumps([1, "a", b"b", 2.5, (None, True), {3: {4}}]))
print(pickle.dumps({"k": -1}, 0), pickle.dumps(range(2), 2))
loop = ([],)
loop[0].append(loop)
again = pickle.loads(pickle.dumps(loop))
print(again[0][0] is again)

class Ids(pickle.Pickler):
    def persistent_id(self, obj):
        return "point" if isinstance(obj, Point) else None
    def reducer_override(self, obj):
        return (str, ("set",)) if obj is shared else NotImplemented

file = io.BytesIO()
Ids(file).dump([Point(1, 2), shared])
unpickler = pickle.Unpickler(io.BytesIO(file.getvalue()))
unpickler.persistent_load = lambda pid: (pid, "found")
print(unpickler.load())
big = pickle.PickleBuffer(bytearray(b"abc"))
buffers = []
data = pickle.dumps(big, 5, buffer_callback=buffers.append)
print(pickle.loads(data, buffers=buffers) is big, pickle.loads(pickle.dumps(big, 5)))
# stdout:
#| True True True Named 1180591620717411303424
#| True True True Named 1180591620717411303424
#| True True True Named 1180591620717411303424
#| True True True Named 1180591620717411303424
#| True True True Named 1180591620717411303424
#| True True True Named 1180591620717411303424
#| b"\x80\x05\x95'\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01\x8c\x01a\x94C\x01b\x94G@\x04\x00\x00\x00\x00\x00\x00N\x88\x86\x94}\x94K\x03\x8f\x94(K\x04\x90se."
#| b'(dp0\nVk\np1\nI-1\ns.' b'\x80\x02c__builtin__\nxrange\nq\x00K\x00K\x02K\x01\x87q\x01Rq\x02.'
#| True
#| [('point', 'found'), [1]]
#| True bytearray(b'abc')
