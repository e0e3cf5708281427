print({1: 2, 3: 4} == {3: 4, 1: 2}, {1: 2} != {1: 3}, {} == [], {1: [2]} == {1: [2]})
try: {} < {}
except TypeError as e: print(e)
# stdout:
#| True True False True
#| '<' not supported between instances of 'dict' and 'dict'
