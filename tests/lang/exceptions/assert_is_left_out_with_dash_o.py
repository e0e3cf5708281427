# args: -O
assert False, "not here"
print(__debug__)
if __debug__:
    print("not here either")
# stdout:
#| False
