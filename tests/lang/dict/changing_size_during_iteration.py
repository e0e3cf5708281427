d = {1: 1, 2: 2}
try:
    for k in d: d[k + 10] = 0
except RuntimeError as e: print(e)
d = {1: 1, 2: 2}
for k in d: d[k] = 5
print(d)
try:
    for k in d:
        del d[k]; d[k + 5] = 1
except RuntimeError as e: print(e)
# stdout:
#| dictionary changed size during iteration
#| {1: 5, 2: 5}
#| dictionary keys changed during iteration
