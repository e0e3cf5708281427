try:
    [1 // x for x in (1, 0)]
except ZeroDivisionError as e:
    print(e)
try:
    [x for x in undefined]
except NameError as e:
    print(e)
try:
    {[]: 1 for _ in range(1)}
except TypeError as e:
    print(e)
# stdout:
#| division by zero
#| name 'undefined' is not defined
#| cannot use 'list' as a dict key (unhashable type: 'list')
