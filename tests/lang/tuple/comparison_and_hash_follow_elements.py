print((1, 2) < (1, 3), (1,) < (1, 0), () < (0,), (1, "a") == (1, "a"), hash((1, 2)) == hash((1, 2)), {(1, (2,)): "k"}[1, (2,)])
try: hash(([],))
except TypeError as e: print(e)
try: (1, "a") < (1, 2)
except TypeError as e: print(e)
# stdout:
#| True True True True True k
#| unhashable type: 'list'
#| '<' not supported between instances of 'str' and 'int'
