class A:
    items = [1, 2]
    doubled = [i * 2 for i in items]
    try:
        pairs = [(i, j) for i in items for j in items]
    except NameError as e:
        print(e)
print(A.doubled)
# stdout:
#| name 'items' is not defined
#| [2, 4]
