class C:
    print("first")
    x = 1
    print("second", x)
    for i in range(2):
        print("loop", i)
print(C.x, C.i)
# stdout:
#| first
#| second 1
#| loop 0
#| loop 1
#| 1 1
