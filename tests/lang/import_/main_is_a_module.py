import sys, __main__
x = 5
print(__name__, __main__.x, sys.modules["__main__"] is __main__, __spec__, __package__, __builtins__.len is len)
# stdout:
#| __main__ 5 True None None True
