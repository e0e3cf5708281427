import sys
print("out")
sys.exit("to stderr")
# stdout:
#| out
# stderr:
#| to stderr
# exit: 1
