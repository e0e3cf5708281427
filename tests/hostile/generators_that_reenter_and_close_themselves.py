def g():
    yield 1
    try: it.close()
    except ValueError as e: print(e)
    try: it.throw(KeyError)
    except ValueError as e: print(e)
    yield 2
it = g()
print(next(it), next(it))
def h():
    try: yield
    finally: next(k)
k = h(); next(k)
try: k.close()
except ValueError as e: print(e)
# stdout:
#| generator already executing
#| generator already executing
#| 1 2
#| generator already executing
