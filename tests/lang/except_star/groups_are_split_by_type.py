def f(*es):
    try:
        raise ExceptionGroup("g", es)
    except* ValueError as g:
        print("value", g.exceptions)
    except* (KeyError, OSError) as g:
        print("key", g.exceptions)
f(ValueError(1), KeyError(2), ValueError(3))
try:
    f(ValueError(1), TypeError(2))
except ExceptionGroup as g:
    print("rest", repr(g))
# stdout:
#| value (ValueError(1), ValueError(3))
#| key (KeyError(2),)
#| value (ValueError(1),)
#| rest ExceptionGroup('g', [TypeError(2)])
