def g():
    try:
        yield 1
    except ValueError as e:
        print("caught", e)
        yield 2
    finally:
        print("finally")
it = g()
next(it)
print(it.throw(ValueError("x")))
try:
    it.throw(KeyError("k"))
except KeyError as e:
    print("out", e)
print(list(it))
# stdout:
#| caught x
#| 2
#| finally
#| out 'k'
#| []
