import sys
a = "hello"
b = "hel" + "lo"
print(a is b, sys.intern("".join(["he", "llo"])) is sys.intern("hello"), "" is "".join([]))
try: sys.intern(1)
except TypeError as e: print(e)
# stdout:
#| True True True
#| intern() argument must be str, not int
# stderr:
#| interning_and_identity_of_constants.py:4: SyntaxWarning: "is" with 'str' literal. Did you mean "=="?
#|   print(a is b, sys.intern("".join(["he", "llo"])) is sys.intern("hello"), "" is "".join([]))
