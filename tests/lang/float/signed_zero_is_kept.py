import math
z = -0.0
print(z, z == 0.0, math.copysign(1, z), 0.0 + z, z + z, z * -1, abs(z), -z, round(-0.4), round(-0.4, 0), str(z), f"{z:.1f} {z:z.1f} {-0.001:z.1f}", {0.0: 1}[z])
# stdout:
#| -0.0 True -1.0 0.0 -0.0 0.0 0.0 0.0 0 -0.0 -0.0 -0.0 0.0 0.0 1
