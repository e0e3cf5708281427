def f():
	if True:
		return	1 + None
f()
# stderr:
#| Traceback (most recent call last):
#|   File "tabs_and_indentation_are_stripped.py", line 4, in <module>
#|     f()
#|     ~^^
#|   File "tabs_and_indentation_are_stripped.py", line 3, in f
#|     return	1 + None
#|            ~~^~~~~~
#| TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'
# exit: 1
