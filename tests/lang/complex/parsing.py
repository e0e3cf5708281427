for t in ("1+2j", " ( 1-2j ) ", "j", "-j", "1e5j", "inf", "1", "1_0j", "-inf-nanj"):
    print(complex(t))
for t in ("", "1 + 2j", "1+", "jj", "1+2", "(1"):
    try: complex(t)
    except ValueError as e: print(e)
for a in ((1, "2"), ("1", 2), (None,), ([],)):
    try: complex(*a)
    except TypeError as e: print(e)
# stdout:
#| (1+2j)
#| (1-2j)
#| 1j
#| -1j
#| 100000j
#| (inf+0j)
#| (1+0j)
#| 10j
#| (-inf+nanj)
#| complex() arg is a malformed string
#| complex() arg is a malformed string
#| complex() arg is a malformed string
#| complex() arg is a malformed string
#| complex() arg is a malformed string
#| complex() arg is a malformed string
#| complex() argument 'imag' must be a real number, not str
#| complex() argument 'real' must be a real number, not str
#| complex() argument must be a string or a number, not NoneType
#| complex() argument must be a string or a number, not list
