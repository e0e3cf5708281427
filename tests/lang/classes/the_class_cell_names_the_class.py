class A:
    def me(self):
        return __class__
    @staticmethod
    def st():
        return __class__
class B(A): pass
print(A().me() is A, B().me() is A, A.st() is A)
# stdout:
#| True True True
