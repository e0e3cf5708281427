for n in (2, 13, 17, 4, 32, 20, 21, 111, 9999):
    e = OSError(n, "text", "file")
    print(type(e).__name__, e.errno, e.strerror, e.filename, e)
print(OSError("just"), OSError(1), OSError(2, "no", "a", None, "b"))
print(OSError is IOError is EnvironmentError)
# stdout:
#| FileNotFoundError 2 text file [Errno 2] text: 'file'
#| PermissionError 13 text file [Errno 13] text: 'file'
#| FileExistsError 17 text file [Errno 17] text: 'file'
#| InterruptedError 4 text file [Errno 4] text: 'file'
#| BrokenPipeError 32 text file [Errno 32] text: 'file'
#| NotADirectoryError 20 text file [Errno 20] text: 'file'
#| IsADirectoryError 21 text file [Errno 21] text: 'file'
#| ConnectionRefusedError 111 text file [Errno 111] text: 'file'
#| OSError 9999 text file [Errno 9999] text: 'file'
#| just 1 [Errno 2] no: 'a' -> 'b'
#| True
