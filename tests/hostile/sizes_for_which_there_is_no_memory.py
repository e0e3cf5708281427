import io, itertools, os, struct, time
N = 10**18
def cursor(file, text):
    file.seek(N)
    return file.write(text)
for make in (lambda: list(range(N)), lambda: [*range(N)], lambda: itertools.tee([1], N), lambda: os.urandom(N),
             lambda: itertools.combinations_with_replacement([1], N), lambda: struct.pack(f'{N}x'),
             lambda: cursor(io.BytesIO(), b'x'), lambda: cursor(io.StringIO(), 'x'), lambda: bytes(N), lambda: 'x' * N,
             lambda: struct.calcsize('9' * 30 + 'd'), lambda: os.close(N), lambda: time.sleep(1e18),
             lambda: io.open(os.devnull, buffering=N)):
    try: print(make())
    except (MemoryError, OverflowError, struct.error) as e: print(type(e).__name__, e)
# stdout:
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| MemoryError 
#| error total struct size too long
#| OverflowError Python int too large to convert to C int
#| OverflowError timestamp out of range for C PyTime_t
#| OverflowError Python int too large to convert to C int
