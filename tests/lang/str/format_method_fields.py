print("{} {1} {0}".format.__name__, "{0} {1} {0}".format(1, 2), "{a.real} {b[0]} {c[k]}".format(a=1, b=[2], c={"k": 3}), "{!r:>5}".format("x"), "{:{}}".format("a", 4), "{{}}".format(), "{:{w}.{p}}".format("abcdef", w=8, p=2))
for f, a in (("{} {0}", (1, 2)), ("{", ()), ("}", ()), ("{0", ()), ("{!x}", (1,)), ("{0.}", (1,)), ("{2}", (1,)), ("{k}", ()), ("{0[}", ([1],)), ("{!}", (1,)), ("{:{:{}}}", (1, 2, 3))):
    try: print(f.format(*a))
    except (ValueError, IndexError, KeyError) as e: print(type(e).__name__, e)
print("{x} {y}".format_map({"x": 1, "y": 2}))
# stdout:
#| format 1 2 1 1 2 3   'x' a    {} ab      
#| ValueError cannot switch from automatic field numbering to manual field specification
#| ValueError Single '{' encountered in format string
#| ValueError Single '}' encountered in format string
#| ValueError expected '}' before end of string
#| ValueError Unknown conversion specifier x
#| ValueError Empty attribute in format string
#| IndexError Replacement index 2 out of range for positional args tuple
#| KeyError 'k'
#| ValueError expected '}' before end of string
#| ValueError unmatched '{' in format spec
#| ValueError Max string recursion exceeded
#| 1 2
