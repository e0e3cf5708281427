import io, pickle
for data in (b'N' + b''.join(b'r' + (2 * n).to_bytes(4, 'little') for n in range(0, 1 << 20, 1 << 16)) + b'\x94.', b'I+1\n.', b'F1_0\n.', b'F 1\n.',
             b'F1e999\n.', b'cbuiltins\nlist\nNR.', b'Lx\n.', b'p-1\n.', b'ga\n.', b'Np300\nh\2.', b'Np1\n(lp0\nq\1h\1.', b'N\x94r\5\0\0\0\x94\x94h\2.'):
    try: print(pickle.loads(data))
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| None
#| True
#| ValueError could not convert string to float
#| ValueError could not convert string to float: ' 1
#| '
#| OverflowError value too large to convert to float: '1e999
#| '
#| TypeError argument list must be a tuple
#| ValueError invalid literal for int() with base 10: 'x\n'
#| UnpicklingError unpickling stack underflow
#| ValueError invalid literal for int() with base 10: 'a\n'
#| UnpicklingError Memo value not found at index 2
#| []
#| None
