class A:
    def __class_getitem__(cls, item):
        return cls.__name__, item
print(A[int], A[1, 2])
try:
    int[0]
except TypeError as e:
    print(e)
# stdout:
#| ('A', <class 'int'>) ('A', (1, 2))
#| type 'int' is not subscriptable
