class R:
    def __mro_entries__(self, bases): return (int,)
r = R()
class A(r): pass
print(A.__bases__, A.__orig_bases__ == (r,), A(3) + 1)
# stdout:
#| (<class 'int'>,) True 4
