b = bytearray(b"abc")
m = memoryview(b)
m[0] = 120
for f in (lambda: b.append(1), lambda: b.clear(), lambda: b.pop()):
    try: f()
    except BufferError as e: print(e)
m.release()
b.append(33)
print(b)
# stdout:
#| Existing exports of data: object cannot be re-sized
#| Existing exports of data: object cannot be re-sized
#| Existing exports of data: object cannot be re-sized
#| bytearray(b'xbc!')
