# Where members come from another set or from a dictionary, there is room for all of them at once, which decides on their order.
few, more = {37, 201, 13, 22, 254}, {240, 92}
keys = dict.fromkeys(few).keys()
print([*{*few}], [*{*few, *more}], [*{*few, *[1, 2, 3]}])
print([*(keys - more)], [*(keys | more)], [*(keys ^ more)])
try:
    {*5}
except TypeError as error:
    print(error)
try:
    {*[[]]}
except TypeError as error:
    print(error)
# stdout:
#| [37, 22, 201, 13, 254] [240, 37, 22, 201, 92, 13, 254] [1, 2, 3, 37, 22, 201, 13, 254]
#| [37, 22, 201, 13, 254] [240, 37, 22, 201, 92, 13, 254] [240, 37, 22, 201, 92, 13, 254]
#| 'int' object is not iterable
#| cannot use 'list' as a set element (unhashable type: 'list')
