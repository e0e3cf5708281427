# args: -x
print("second line")
# stdout:
#| second line
