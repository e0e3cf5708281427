try:
    try:
        1 / 0
    except ZeroDivisionError as z:
        raise ValueError("v") from z
except ValueError as e:
    print(repr(e.__cause__), e.__suppress_context__)
try:
    raise ValueError from None
except ValueError as e:
    print(e.__cause__, e.__suppress_context__)
try:
    raise ValueError from 5
except TypeError as e:
    print(e)
try:
    raise ValueError from KeyError
except ValueError as e:
    print(repr(e.__cause__))
# stdout:
#| ZeroDivisionError('division by zero') True
#| None True
#| exception causes must derive from BaseException
#| KeyError()
