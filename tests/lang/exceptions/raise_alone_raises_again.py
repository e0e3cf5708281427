def f():
    try:
        raise ValueError("again")
    except ValueError:
        try:
            raise KeyError
        except KeyError:
            pass
        raise
try: f()
except ValueError as e: print(e)
try: raise
except RuntimeError as e: print(e)
# stdout:
#| again
#| No active exception to reraise
