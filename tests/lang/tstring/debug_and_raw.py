x = 1
t = t"{x=}"
print(t.strings, t.interpolations[0].conversion, rt"\n{x}".strings)
print(repr(t"{x}"))
# stdout:
#| ('x=', '') r ('\\n', '')
#| Template(strings=('', ''), interpolations=(Interpolation(1, 'x', None, ''),))
