e = ValueError("x")
print(hasattr(e, "__notes__"))
e.add_note("one")
e.add_note("two")
print(e.__notes__)
try:
    e.add_note(1)
except TypeError as t:
    print(t)
# stdout:
#| False
#| ['one', 'two']
#| add_note() argument must be str, not int
