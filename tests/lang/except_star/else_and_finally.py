try:
    pass
except* ValueError:
    print("no")
else:
    print("else")
finally:
    print("finally")
try:
    raise ExceptionGroup("g", [ValueError()])
except* ValueError:
    print("handled")
else:
    print("no")
print("after")
# stdout:
#| else
#| finally
#| handled
#| after
