g = ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2), OSError(3)])])
print(repr(g.subgroup(OSError)), g.subgroup(KeyError))
print(*map(repr, g.split((ValueError, TypeError))))
print(repr(g.subgroup(lambda e: isinstance(e, TypeError))))
print(repr(g.derive([KeyError()])), g.message, str(g))
# stdout:
#| ExceptionGroup('g', [ExceptionGroup('h', [OSError(3)])]) None
#| ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [TypeError(2)])]) ExceptionGroup('g', [ExceptionGroup('h', [OSError(3)])])
#| ExceptionGroup('g', [ExceptionGroup('h', [TypeError(2)])])
#| ExceptionGroup('g', [KeyError()]) g g (2 sub-exceptions)
