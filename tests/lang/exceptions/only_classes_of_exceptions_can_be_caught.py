try:
    try:
        raise ValueError
    except 5:
        pass
except TypeError as e:
    print(e)
try:
    try:
        raise ValueError
    except (KeyError, "x"):
        pass
except TypeError as e:
    print(e)
# stdout:
#| catching classes that do not inherit from BaseException is not allowed
#| catching classes that do not inherit from BaseException is not allowed
