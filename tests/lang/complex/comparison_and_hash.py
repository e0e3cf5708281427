print(1 + 0j == 1, 1j == 1j, 1j != 2, hash(3 + 0j) == hash(3), hash(1j))
try: 1j < 2j
except TypeError as e: print(e)
for f in (lambda: int(1j), lambda: float(1j), lambda: 1j // 1, lambda: 1j % 1, lambda: 1 / 0j, lambda: round(1j)):
    try: f()
    except (TypeError, ZeroDivisionError) as e: print(type(e).__name__, e)
# stdout:
#| True True True True 1000003
#| '<' not supported between instances of 'complex' and 'complex'
#| TypeError int() argument must be a string, a bytes-like object or a real number, not 'complex'
#| TypeError float() argument must be a string or a real number, not 'complex'
#| TypeError unsupported operand type(s) for //: 'complex' and 'int'
#| TypeError unsupported operand type(s) for %: 'complex' and 'int'
#| ZeroDivisionError division by zero
#| TypeError type complex doesn't define __round__ method
