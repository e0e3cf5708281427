def g():
    try:
        yield 1
    finally:
        print("cleanup")
it = g()
next(it)
del it
print("after del")
for x in g():
    break
print("after break")
# stdout:
#| cleanup
#| after del
#| cleanup
#| after break
