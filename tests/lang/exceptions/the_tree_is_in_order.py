for e in (ArithmeticError, ModuleNotFoundError, FileNotFoundError, UnicodeDecodeError, RecursionError, TabError, KeyboardInterrupt, BaseExceptionGroup, ExceptionGroup, StopAsyncIteration, PythonFinalizationError, EncodingWarning):
    print(" < ".join(c.__name__ for c in e.__mro__))
# stdout:
#| ArithmeticError < Exception < BaseException < object
#| ModuleNotFoundError < ImportError < Exception < BaseException < object
#| FileNotFoundError < OSError < Exception < BaseException < object
#| UnicodeDecodeError < UnicodeError < ValueError < Exception < BaseException < object
#| RecursionError < RuntimeError < Exception < BaseException < object
#| TabError < IndentationError < SyntaxError < Exception < BaseException < object
#| KeyboardInterrupt < BaseException < object
#| BaseExceptionGroup < BaseException < object
#| ExceptionGroup < BaseExceptionGroup < Exception < BaseException < object
#| StopAsyncIteration < Exception < BaseException < object
#| PythonFinalizationError < RuntimeError < Exception < BaseException < object
#| EncodingWarning < Warning < Exception < BaseException < object
