class _Spam:
    __x = 1
    def __m(self, __arg=2):
        __local = 3
        return sorted(locals())
    def call(self):
        return self.__m(), self.__x
print(_Spam().call())
print([n for n in vars(_Spam) if "x" in n or "m" in n and "Spam" in n])
class __: 
    __y = 1
print("__y" in vars(__))
# stdout:
#| (['_Spam__arg', '_Spam__local', 'self'], 1)
#| ['_Spam__x', '_Spam__m']
#| True
