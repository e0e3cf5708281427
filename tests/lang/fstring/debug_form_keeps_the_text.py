a = 5
print(f"{a=} {a = } {a + 1=} {a=:>4} {a=!s} {'x'=}")
print(f"{ a = !r:>5}")
# stdout:
#| a=5 a = 5 a + 1=6 a=   5 a=5 'x'='x'
#|  a =     5
