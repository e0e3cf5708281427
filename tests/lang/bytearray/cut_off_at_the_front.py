# Cut, grown, lent and cut again; against a list.
made, model = bytearray(), []
for i in range(3000):
    made += bytes([i & 255] * 3)
    model += [i & 255] * 3
    del made[:2]
    del model[:2]
    if i % 7 == 0:
        made.append(1), model.append(1)
        made.pop(0), model.pop(0)
        made[3:5] = b"abc"
        model[3:5] = b"abc"
    if i % 100 == 0:
        del made[::3]
        del model[::3]
        made.insert(0, 9), model.insert(0, 9)
        assert list(made) == model
print(list(made) == model, len(made), made[:4], made[-4:])
view = memoryview(made)
try:
    del made[:1]
except BufferError as error:
    print(error)
made[0] = 77
print(view[0], bytes(view[:3]) == bytes(made[:3]), made.find(b"\x4d"), bytes(made) == bytes(view))
view.release()
del made[:]
print(made, len(made), made + b"x", bytearray(b"abc") == b"abc")
made.extend([1, 2, 3])
made.reverse()
made.resize(5)
print(made, made.copy(), made * 2, hash(bytes(made)) == hash(b"\x03\x02\x01\0\0"))
# stdout:
#| True 344 bytearray(b'EFFG') bytearray(b'\xb6\xb7\xb7\xb7')
#| Existing exports of data: object cannot be re-sized
#| 77 True 0 True
#| bytearray(b'') 0 bytearray(b'x') True
#| bytearray(b'\x03\x02\x01\x00\x00') bytearray(b'\x03\x02\x01\x00\x00') bytearray(b'\x03\x02\x01\x00\x00\x03\x02\x01\x00\x00') True
