print(2**53 + 1 == float(2**53), 2**53 + 1 > float(2**53), 10**400 > 1e308, -10**400 < float("-inf"), 10**400 < float("inf"), 1 == 1.0, 3 < 3.5, float("nan") == 1, 2**63 == 2.0**63)
# stdout:
#| False True True False True True True False True
