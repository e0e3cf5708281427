print("a starts")
import _helpers.circle_b
x = 1
print("a ends")
