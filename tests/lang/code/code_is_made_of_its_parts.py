"""A code object made of another's parts does the same; replace checks what it is given."""
import types


def f(a, *b, k=1, **kw):
    c = a + k
    def g():
        return c, a
    return g(), [lambda: x for x in b]


def rebuilt(code):
    return types.CodeType(
        code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize,
        code.co_flags, code.co_code, code.co_consts, code.co_names, code.co_varnames, code.co_filename,
        code.co_name, code.co_qualname, code.co_firstlineno, code.co_linetable, code.co_exceptiontable,
        code.co_freevars, code.co_cellvars)


copy = rebuilt(f.__code__)
print(copy == f.__code__, hash(copy) == hash(f.__code__))
print(list(copy.co_positions()) == list(f.__code__.co_positions()), list(copy.co_lines()) == list(f.__code__.co_lines()))
f.__code__ = copy
pair, functions = f(1, 2, 3)
print(pair, [function() for function in functions])
print(f.__code__.replace(co_name="other", co_firstlineno=100).co_name)
for wrong in ({"co_nlocals": 40}, {"co_argcount": -1}, {"co_name": 3}):
    try:
        f.__code__.replace(**wrong)
    except (ValueError, TypeError) as error:
        print(type(error).__name__)
# stdout:
#| True True
#| True True
#| (2, 1) [3, 3]
#| other
#| ValueError
#| ValueError
#| TypeError
