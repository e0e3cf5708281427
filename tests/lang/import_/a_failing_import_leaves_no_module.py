import sys
for _ in range(2):
    try: import _helpers.broken
    except ValueError as e: print(e, "_helpers.broken" in sys.modules)
# stdout:
#| broken runs
#| broken False
#| broken runs
#| broken False
