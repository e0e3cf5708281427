try:
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise KeyError("new")
except ExceptionGroup as g:
    print(repr(g), repr(g.exceptions[0].__context__))
# stdout:
#| ExceptionGroup('', [KeyError('new'), ExceptionGroup('g', [TypeError(2)])]) ExceptionGroup('g', [ValueError(1)])
