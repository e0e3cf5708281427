from functools import wraps
def d(f):
    @wraps(f)
    def w(*a, **k):
        "other doc"
        return f(*a, **k)
    return w
@d
def hello(x: int):
    "doc"
    return x
print(hello.__name__, hello.__doc__, hello.__wrapped__(3), hello.__annotations__)
# stdout:
#| hello doc 3 {'x': <class 'int'>}
