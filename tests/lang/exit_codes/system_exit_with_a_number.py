import sys
sys.exit(7)
# exit: 7
