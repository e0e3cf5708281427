print(round(15, -1), round(25, -1), round(-15, -1), round(123456, -3), round(5), round(5, 3), round(10**20 + 5, -1), round(1, -5), round(55, -2))
# stdout:
#| 20 20 -20 123000 5 5 100000000000000000000 0 100
