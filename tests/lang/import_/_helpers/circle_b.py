import _helpers.circle_a as a
print("b sees x:", hasattr(a, "x"))
