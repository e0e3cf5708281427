try: assert 1 == 2
except AssertionError as e: print(repr(e))
try: assert [], "empty"
except AssertionError as e: print(repr(e))
try: assert False, (1, 2)
except AssertionError as e: print(e.args)
assert True, print("not evaluated")
# stdout:
#| AssertionError()
#| AssertionError('empty')
#| ((1, 2),)
