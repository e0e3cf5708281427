for make in (lambda: ExceptionGroup("x", []), lambda: ExceptionGroup("x", [1]), lambda: ExceptionGroup(1, [ValueError()]), lambda: ExceptionGroup("x", [KeyboardInterrupt()]), lambda: ExceptionGroup("x", 5)):
    try: make()
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
# stdout:
#| ValueError second argument (exceptions) must be a non-empty sequence
#| ValueError Item 0 of second argument (exceptions) is not an exception
#| TypeError BaseExceptionGroup.__new__() argument 1 must be str, not int
#| TypeError Cannot nest BaseExceptions in an ExceptionGroup
#| TypeError second argument (exceptions) must be a sequence
#| ExceptionGroup BaseExceptionGroup
