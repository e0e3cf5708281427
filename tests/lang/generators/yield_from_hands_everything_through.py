def inner():
    got = yield "a"
    print("inner got", got)
    try:
        yield "b"
    except KeyError:
        print("inner caught")
    return "result"
def outer():
    r = yield from inner()
    yield r
it = outer()
print(next(it), it.send(1), it.throw(KeyError()))
# stdout:
#| inner got 1
#| inner caught
#| a b result
