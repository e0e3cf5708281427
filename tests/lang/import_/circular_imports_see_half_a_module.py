import _helpers.circle_a
try: import _helpers.circle_bad
except ImportError as e: print(str(e).split(" (")[0])
# stdout:
#| a starts
#| b sees x: False
#| a ends
#| cannot import name 'other' from partially initialized module '_helpers.circle_bad'
