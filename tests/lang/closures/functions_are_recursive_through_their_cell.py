def outer():
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    return fact
print(outer()(20))
# stdout:
#| 2432902008176640000
