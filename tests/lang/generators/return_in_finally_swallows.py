# args: -W ignore
def g():
    while True:
        try:
            yield 1
        finally:
            break
    yield 2
it = g()
print(next(it), next(it), list(it))
# stdout:
#| 1 2 []
