class E:
    def boom(self, *a): raise ValueError("boom")
    __len__ = __iter__ = __getitem__ = __contains__ = __hash__ = __eq__ = __lt__ = __bool__ = __index__ = __int__ = __float__ = __str__ = __repr__ = __format__ = __enter__ = __exit__ = __call__ = __add__ = __radd__ = __iadd__ = __neg__ = __get__ = __set__ = __length_hint__ = __reversed__ = __next__ = boom
e = E()
for f in (lambda: len(e), lambda: [*e], lambda: e[0], lambda: 1 in e, lambda: {e}, lambda: e == 1, lambda: e < 1, lambda: not e, lambda: [1][e], lambda: int(e), lambda: float(e), lambda: str(e), lambda: repr([e]), lambda: f"{e}", lambda: e(), lambda: e + 1, lambda: 1 + e, lambda: -e, lambda: sorted([e, e]), lambda: print(e), lambda: "%s" % e, lambda: sum([e]), lambda: max(e, e), lambda: list(map(e, [1])), lambda: next(e), lambda: reversed(e), lambda: range(e), lambda: type("T", (), {"x": e})().x, lambda: dict([e]), lambda: "".join(e), lambda: isinstance(1, e)):
    try: f(); print("no error")
    except ValueError as x: print(x, end=" ")
    except TypeError as x: print("TypeError", x)
print()
# stdout:
#| boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom boom TypeError isinstance() arg 2 must be a type, a tuple of types, or a union
#|
