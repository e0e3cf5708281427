type Tree[T] = T | list[Tree[T]]
type Simple = int
print(Tree, Tree.__name__, Tree.__type_params__, Tree.__value__, Tree[int], Simple.__value__)
type Later = not_yet
try: Later.__value__
except NameError as e: print(e)
not_yet = 3
print(Later.__value__)
try: Simple()
except TypeError as e: print(e)
print(int | Simple)
# stdout:
#| Tree Tree (T,) T | list[Tree[T]] Tree[int] <class 'int'>
#| name 'not_yet' is not defined
#| 3
#| 'typing.TypeAliasType' object is not callable
#| int | Simple
