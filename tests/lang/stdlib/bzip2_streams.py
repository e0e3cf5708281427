import bz2, hashlib, io, random
random.seed(1)
data = bytes(random.randrange(60) for _ in range(30000)) + b"abc" * 10000
for level in 1, 9:
    packed = bz2.compress(data, level)
    print(len(packed), hashlib.sha1(packed).hexdigest(), bz2.decompress(packed) == data)
piecewise, out, at = bz2.BZ2Decompressor(), b"", 0
while not piecewise.eof:
    if piecewise.needs_input:
        out += piecewise.decompress((packed + b"tail")[at:at + 1000], 500)
        at += 1000
    else:
        out += piecewise.decompress(b"", 5000)
print(out == data, piecewise.eof, piecewise.unused_data[-4:])
flushed = bz2.BZ2Compressor()
flushed.flush()
broken = bz2.BZ2Decompressor()
for wrong in (lambda: bz2.decompress(b"garbage" * 9), lambda: bz2.decompress(packed[:500]), lambda: bz2.BZ2Compressor(10), flushed.flush,
              lambda: flushed.compress(b""), lambda: piecewise.decompress(b""), lambda: broken.decompress(b"no bzip2 data"), lambda: broken.decompress(b"")):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
print(bz2.open(io.BytesIO(bz2.compress(b"one\ntwo\n") * 2), "rt").readlines())
# stdout:
#| 22503 4b6139feb676ae29e0dd8d0ba3e2eb8130ec7079 True
#| 22503 17230bbd0e61f07624bb884799b803a964b1d091 True
#| True True b'tail'
#| OSError Invalid data stream
#| ValueError Compressed data ended before the end-of-stream marker was reached
#| ValueError compresslevel must be between 1 and 9
#| ValueError Repeated call to flush()
#| ValueError Compressor has been flushed
#| EOFError End of stream already reached
#| OSError Invalid data stream
#| ValueError Decompressor is unusable after a previous error
#| ['one\n', 'two\n', 'one\n', 'two\n']
