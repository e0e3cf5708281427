import json, pickle, copy
x = []
for _ in range(50000): x = [x]
for f in (lambda: json.dumps(x), lambda: pickle.dumps(x), lambda: copy.deepcopy(x), lambda: json.loads("[" * 100000)):
    try: f(); print("works")
    except (RecursionError, ValueError) as e: print(type(e).__name__)
y = []
y.append(y)
try: json.dumps(y)
except ValueError as e: print(e)
z = copy.deepcopy(y)
print(z[0] is z, pickle.loads(pickle.dumps(y))[0].__class__)
# stdout:
#| works
#| RecursionError
#| RecursionError
#| RecursionError
#| Circular reference detected
#| True <class 'list'>
