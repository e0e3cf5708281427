import os, threading, time, socket, io
def go(name, f, buf, feed):
    res = []
    def run():
        try: res.append(f(buf))
        except BaseException as e: res.append((type(e).__name__, str(e)))
    t = threading.Thread(target=run); t.start(); time.sleep(.2)
    try: buf.clear(); print(name, 'cleared')
    except BufferError as e: print(name, 'BufferError')
    feed(); t.join(); print(name, res, len(buf))
r, w = os.pipe()
go('os.readinto', lambda b: os.readinto(r, b), bytearray(10), lambda: os.write(w, b'12345'))
go('os.readv', lambda b: os.readv(r, [b]), bytearray(10), lambda: os.write(w, b'12345'))
f = os.fdopen(os.dup(r), 'rb', buffering=0)
go('fileio', lambda b: f.readinto(b), bytearray(10), lambda: os.write(w, b'12345'))
g = os.fdopen(os.dup(r), 'rb')
go('buffered', lambda b: g.readinto1(b), bytearray(10), lambda: os.write(w, b'12345'))
h = os.fdopen(os.dup(r), 'rb', buffering=2)
go('buffered2', lambda b: h.readinto1(b), bytearray(10), lambda: os.write(w, b'12345'))
a, b = socket.socketpair()
go('recv_into', lambda x: a.recv_into(x), bytearray(10), lambda: b.send(b'12345'))
go('recvfrom_into', lambda x: a.recvfrom_into(x), bytearray(10), lambda: b.send(b'12345'))
go('recvmsg_into', lambda x: a.recvmsg_into([x]), bytearray(10), lambda: b.send(b'12345'))
import struct
class Sly:
    def __index__(self):
        try: x.clear()
        except BufferError: print('held')
        return 7
x = bytearray(4); struct.pack_into('4B', x, 0, 1, 2, Sly(), 3); print(x)
class Fickle:
    sizes = [bytearray(b'1234'), bytearray(1)]
    def __buffer__(self, flags): return memoryview(self.sizes.pop(0))
print(io.BytesIO(b'abcdef').readinto(Fickle()))
# stdout:
#| os.readinto BufferError
#| os.readinto [5] 10
#| os.readv BufferError
#| os.readv [5] 10
#| fileio BufferError
#| fileio [5] 10
#| buffered BufferError
#| buffered [5] 10
#| buffered2 BufferError
#| buffered2 [5] 10
#| recv_into BufferError
#| recv_into [5] 10
#| recvfrom_into BufferError
#| recvfrom_into [(5, None)] 10
#| recvmsg_into BufferError
#| recvmsg_into [(5, [], 0, None)] 10
#| held
#| bytearray(b'\x01\x02\x07\x03')
#| 4
