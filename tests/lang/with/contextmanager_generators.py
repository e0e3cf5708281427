from contextlib import contextmanager, suppress, ExitStack, closing
@contextmanager
def tag(n):
    print("<" + n)
    try:
        yield n
    except ValueError as e:
        print("caught", e)
    finally:
        print(n + ">")
with tag("a") as x:
    raise ValueError(x)
with suppress(KeyError):
    {}[1]
with ExitStack() as s:
    for n in "xyz":
        s.enter_context(tag(n))
    s.callback(print, "callback")
# stdout:
#| <a
#| caught a
#| a>
#| <x
#| <y
#| <z
#| callback
#| z>
#| y>
#| x>
