try:
    raise ExceptionGroup("a", [ExceptionGroup("b", [ValueError(1), KeyError(2)]), KeyError(3)])
except* KeyError as g:
    print(repr(g))
except* ValueError as g:
    print(repr(g))
# stdout:
#| ExceptionGroup('a', [ExceptionGroup('b', [KeyError(2)]), KeyError(3)])
#| ExceptionGroup('a', [ExceptionGroup('b', [ValueError(1)])])
