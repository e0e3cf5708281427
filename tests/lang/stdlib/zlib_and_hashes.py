import zlib, hashlib
data = b"hello world " * 100
for bits in (15, -15, 31): print(zlib.decompress(zlib.compress(data, 9, bits), bits) == data)
c = zlib.compressobj(); d = zlib.decompressobj(); packed = c.compress(data) + c.flush()
print(d.decompress(packed[:10]) + d.decompress(packed[10:] + b"tail") == data, d.eof, d.unused_data)
d = zlib.decompressobj(); print(d.decompress(packed, 5), d.copy().decompress(d.unconsumed_tail, 3), len(d.flush()))
for wrong in (lambda: zlib.decompress(b"xxxx"), lambda: zlib.decompress(packed[:-1]), lambda: zlib.compress(b"", 99), lambda: zlib.compressobj(method=9), lambda: zlib.decompressobj().decompress("x")):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
print(zlib.crc32(b"abc"), zlib.crc32(b"c", zlib.crc32(b"ab")), zlib.adler32(b"abc"), zlib.adler32(b"abc", 5))
for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"):
    h = hashlib.new(name, b"ab"); g = h.copy(); h.update(b"c"); print(name, h.hexdigest()[:16], g.hexdigest()[:16], h.digest_size, h.block_size)
print(hashlib.shake_128(b"abc").hexdigest(8), hashlib.shake_256(b"abc").hexdigest(8))
print(hashlib.blake2b(b"abc", digest_size=8, key=b"k", salt=b"s", person=b"p", fanout=2, depth=2, leaf_size=64, node_offset=1, node_depth=1, inner_size=8, last_node=True).hexdigest())
# stdout:
#| True
#| True
#| True
#| True True b'tail'
#| b'hello' b' wo' 1195
#| error Error -3 while decompressing data: incorrect header check
#| error Error -5 while decompressing data: incomplete or truncated stream
#| error Bad compression level
#| ValueError Invalid initialization option
#| TypeError a bytes-like object is required, not 'str'
#| 891568578 891568578 38600999 39387435
#| md5 900150983cd24fb0 187ef4436122d1cc 16 64
#| sha1 a9993e364706816a da23614e02469a0d 20 64
#| sha224 23097d223405d822 db3cda86d4429a1d 28 64
#| sha256 ba7816bf8f01cfea fb8e20fc2e4c3f24 32 64
#| sha384 cb00753f45a35e8b c7be03ba5bcaa384 48 128
#| sha512 ddaf35a193617aba 2d408a0717ec1881 64 128
#| sha3_224 e642824c3f8cf24a 09d27a15bcbab5da 28 144
#| sha3_256 3a985da74fe225b2 5c828b33397f4762 32 136
#| sha3_384 ec01498288516fc9 dc30f83fefe3396f 48 104
#| sha3_512 b751850b1a57168a 01c87b5e8f094d87 64 72
#| blake2b ba80a53f981c4d0d b32c0573d242b3a9 64 128
#| blake2s 508c5e8c327c14e2 19c3ebeed2ee9006 32 64
#| 5881092dd818bf5c 483366601360a877
#| 4e6d4d966269ef4c
