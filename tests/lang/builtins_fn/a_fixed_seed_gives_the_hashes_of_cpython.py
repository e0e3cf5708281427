# env: PYTHONHASHSEED=42
import sys

print(hash("abc"), hash(b"abcdefghijk"), hash("äú∑ℇ"), hash("é"), hash("😀x"), hash(""), hash(memoryview(b"abc")))
print(sys.hash_info.algorithm, sys.hash_info.seed_bits)


class H:
    def __hash__(self):
        return 2**62 + 5


print(hash(H()))
# stdout:
#| 3869580338025362921 7764564197781545852 -2845126246016066802 5653850369683463245 -7412435959675129227 0 3869580338025362921
#| siphash13 128
#| 4611686018427387909
