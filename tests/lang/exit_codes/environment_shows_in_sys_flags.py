# env: PYTHONOPTIMIZE=2
# env: PYTHONHASHSEED=0
# env: PYTHONWARNINGS=ignore,error::UserWarning
# env: PYTHONINTMAXSTRDIGITS=700
import sys
def f(): "doc"
print(sys.flags.optimize, sys.flags.hash_randomization, sys.warnoptions, sys.flags.int_max_str_digits, f.__doc__)
# stdout:
#| 2 0 ['ignore', 'error::UserWarning'] 700 None
