print(b"%s %d %x %c %a %r %5.1f %%" % (b"x", 5, 255, 65, "é", 1, 2.25), b"%b|%-4d|" % (b"y", 3), b"%(k)s" % {b"k": b"v"})
for f in (lambda: b"%s" % "x", lambda: b"%d" % b"x", lambda: b"%c" % 256, lambda: b"%s" % (1,)):
    try: f()
    except (TypeError, OverflowError) as e: print(type(e).__name__, e)
# stdout:
#| b"x 5 ff A '\\xe9' 1   2.2 %" b'y|3   |' b'v'
#| TypeError %b requires a bytes-like object, or an object that implements __bytes__, not 'str'
#| TypeError %d format: a real number is required, not bytes
#| OverflowError %c arg not in range(256)
#| TypeError %b requires a bytes-like object, or an object that implements __bytes__, not 'int'
