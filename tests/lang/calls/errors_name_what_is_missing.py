def f(a, b, /, c, *, d, e): pass
def g(): pass
def h(a, b=1): pass
calls = [lambda: f(), lambda: f(1), lambda: f(1, 2, 3), lambda: f(1, 2, 3, 4, d=1, e=2), lambda: f(1, 2, 3, d=1, e=2, z=3), lambda: f(a=1, b=2, c=3, d=4, e=5), lambda: g(1), lambda: g(x=1), lambda: h(), lambda: h(1, 2, 3), lambda: h(1, a=2), lambda: h(*5), lambda: h(**5), lambda: h(**{1: 2}), lambda: h(1, **{"b": 1}, b=2)]
for c in calls:
    try: c()
    except TypeError as e: print(e)
# stdout:
#| f() missing 3 required positional arguments: 'a', 'b', and 'c'
#| f() missing 2 required positional arguments: 'b' and 'c'
#| f() missing 2 required keyword-only arguments: 'd' and 'e'
#| f() takes 3 positional arguments but 4 positional arguments (and 2 keyword-only arguments) were given
#| f() got an unexpected keyword argument 'z'
#| f() got some positional-only arguments passed as keyword arguments: 'a, b'
#| g() takes 0 positional arguments but 1 was given
#| g() got an unexpected keyword argument 'x'
#| h() missing 1 required positional argument: 'a'
#| h() takes from 1 to 2 positional arguments but 3 were given
#| h() got multiple values for argument 'a'
#| __main__.h() argument after * must be an iterable, not int
#| __main__.h() argument after ** must be a mapping, not int
#| keywords must be strings
#| __main__.h() got multiple values for keyword argument 'b'
