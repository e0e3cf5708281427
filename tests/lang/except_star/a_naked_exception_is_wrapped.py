try:
    raise ValueError("v")
except* ValueError as g:
    print(repr(g))
# stdout:
#| ExceptionGroup('', (ValueError('v'),))
