for f, a in (("%d", "x"), ("%s %s", 1), ("%s", (1, 2)), ("%q", 1), ("%", ()), ("%(a", {}), ("%(a)s", 1), ("%(a)s", {}), ("%c", "ab"), ("%x", 1.5), ("%d", None), ("%*d", ("a", 1)), ("no", 1), ("%c", -1), ("%.1d%", 1)):
    try: print(f % a)
    except (TypeError, ValueError, KeyError, OverflowError) as e: print(repr(f), type(e).__name__, e)
# stdout:
#| '%d' TypeError %d format: a real number is required, not str
#| '%s %s' TypeError not enough arguments for format string
#| '%s' TypeError not all arguments converted during string formatting
#| '%q' ValueError unsupported format character 'q' (0x71) at index 1
#| '%' ValueError incomplete format
#| '%(a' ValueError incomplete format key
#| '%(a)s' TypeError format requires a mapping
#| '%(a)s' KeyError 'a'
#| '%c' TypeError %c requires an int or a unicode character, not a string of length 2
#| '%x' TypeError %x format: an integer is required, not float
#| '%d' TypeError %d format: a real number is required, not NoneType
#| '%*d' TypeError * wants int
#| 'no' TypeError not all arguments converted during string formatting
#| '%c' OverflowError %c arg not in range(0x110000)
#| '%.1d%' ValueError incomplete format
