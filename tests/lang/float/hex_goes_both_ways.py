for x in (1.0, 0.1, -2.5, 5e-324, 0.0, -0.0, 1e300, float("inf"), float("nan")):
    print(x.hex(), float.fromhex(x.hex()) == x)
print(float.fromhex("0x1.8p1"), float.fromhex("1.8"), float.fromhex(" -0x.8p0 "))
for t in ("0x", "g", "0x1p5000"):
    try: float.fromhex(t)
    except (ValueError, OverflowError) as e: print(type(e).__name__, e)
# stdout:
#| 0x1.0000000000000p+0 True
#| 0x1.999999999999ap-4 True
#| -0x1.4000000000000p+1 True
#| 0x0.0000000000001p-1022 True
#| 0x0.0p+0 True
#| -0x0.0p+0 True
#| 0x1.7e43c8800759cp+996 True
#| inf True
#| nan False
#| 3.0 1.5 -0.5
#| ValueError invalid hexadecimal floating-point string
#| ValueError invalid hexadecimal floating-point string
#| OverflowError hexadecimal value too large to represent as a float
