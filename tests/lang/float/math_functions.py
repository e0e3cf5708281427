import math
print(math.sqrt(2), math.sin(1), math.exp(1), math.log(10), math.log2(8), math.log10(1000), math.log(8, 2), math.hypot(3, 4), math.fsum([0.1] * 10), math.pi, math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.fmod(-7, 3), math.modf(-1.25), math.frexp(10.0), math.ldexp(0.5, 4), math.gamma(5), math.nextafter(1, 2), math.ulp(1.0), math.isclose(0.1 + 0.2, 0.3), math.prod([1.5, 2]), math.dist((0, 0), (1, 1)), math.cbrt(27), math.remainder(5, 3), math.sumprod([1, 2], [3, 4]))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.factorial(-1), lambda: math.acos(2), lambda: math.factorial(1.5)):
    try: f()
    except (ValueError, OverflowError, TypeError) as e: print(type(e).__name__, e)
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 1.4142135623730951 0.8414709848078965 2.718281828459045 2.302585092994046 3.0 3.0 3.0 5.0 1.0 3.141592653589793 -2 2 -1 -1.0 (-0.25, -1.0) (0.625, 4) 8.0 24.0 1.0000000000000002 2.220446049250313e-16 True 3.0 1.4142135623730951 3.0 -1.0 11
#| ValueError expected a nonnegative input, got -1.0
#| ValueError expected a positive input
#| OverflowError math range error
#| ValueError factorial() not defined for negative values
#| ValueError expected a number in range from -1 up to 1, got 2.0
#| TypeError 'float' object cannot be interpreted as an integer
