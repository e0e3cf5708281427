b = bytearray(b"hello")
b[0] = 72
b[1:3] = b"EEE"
b += b"!"
b.append(33)
b.extend([63])
b.insert(0, 62)
del b[1]
print(b, b.pop(), b.pop(0), len(b))
b.reverse(); print(b)
b.remove(33); print(b, b.copy() == b)
b.clear(); print(b, bool(b))
# stdout:
#| bytearray(b'EEElo!!') 63 62 7
#| bytearray(b'!!olEEE')
#| bytearray(b'!olEEE') True
#| bytearray(b'') False
