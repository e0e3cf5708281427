# Both zeros, and floats next to the smallest that fits a word: values, signs, truth, keys, identity of what holds them.
import math, struct, copy, pickle
edges = [0.0, -0.0, 2.0 ** -255, -2.0 ** -255, math.nextafter(2.0 ** -255, 1), math.nextafter(2.0 ** -255, 0), 5e-324, -5e-324, 2.0 ** 257, math.nextafter(2.0 ** 257, 0)]
for x in edges:
    print(repr(x), bool(x), not x, x == 0, x == -x, math.copysign(1, x), hash(x) == hash(-x), x.hex(), struct.pack('>d', x).hex(), -x, abs(x), +x)
    print(x + 0.0, x - 0.0, x * 1.0, x / 1.0, x + 1, x < 0.0, x <= 0.0, x > -0.0, x >= 0, x != 0.0, x * -1, pickle.loads(pickle.dumps(x)).hex(), copy.copy(x).hex(), float(str(x)).hex())
    if x: print('true')
    else: print('false')
    while x:
        x = x / 2 ** 300
    print(x.hex(), (x or 'empty'), (x and 'full'))
print({0.0: 1, -0.0: 2, 0: 3}, {0.0, -0.0}, [0.0].index(-0.0), (0.0, -0.0) == (-0.0, 0.0), [0.0, 1.0].count(0), 0.0 in {0: 1}, sorted([1.0, -0.0, 0.0, -1.0]), min(0.0, -0.0), max(-0.0, 0.0))
def zeros(): return 0.0, -0.0, 0j, -0j, 1e-400, -1e-400
print(zeros())
total = 0.0
for x in (1.5, -1.5, 0.0, -0.0): total += x; print(total)
total *= -1
print(total, total.hex(), total is total, divmod(total, 3), total // 1, total % 5, total ** 0, 0.0 ** 2, -0.0 + 0, 0 + -0.0, 0 * -1.0, round(-0.4), round(-0.04, 1), sum([-0.0, -0.0]), sum([]), math.fsum([-0.0]))
for bad in (lambda: 1 / 0.0, lambda: 1.5 / 0.0, lambda: 0.0 / 0.0, lambda: 0.0 / 0, lambda: 1.0 // 0.0, lambda: 1.0 % -0.0, lambda: 0.0 ** -1, lambda: 1 / -0.0):
    try: print(bad())
    except ZeroDivisionError as error: print(error)
import array
a = array.array('d', [0.0]) * 3
for i in range(3): a[i] = a[i] + a[i - 1] - 0.0
print(a, f"{0.0} {-0.0:.1f} {0.0:+} {-0.0:g} {0.0!r} {-0.0:z.1f}", "%s %r %.2f" % (0.0, -0.0, -0.0), complex(-0.0, 0.0), int(-0.0), (0.0).is_integer(), (-0.0).as_integer_ratio())
# stdout:
#| 0.0 False True True True 1.0 True 0x0.0p+0 0000000000000000 -0.0 0.0 0.0
#| 0.0 0.0 0.0 0.0 1.0 False True False True False -0.0 0x0.0p+0 0x0.0p+0 0x0.0p+0
#| false
#| 0x0.0p+0 empty 0.0
#| -0.0 False True True True -1.0 True -0x0.0p+0 8000000000000000 0.0 0.0 -0.0
#| 0.0 -0.0 -0.0 -0.0 1.0 False True False True False 0.0 -0x0.0p+0 -0x0.0p+0 -0x0.0p+0
#| false
#| -0x0.0p+0 empty -0.0
#| 1.727233711018889e-77 True False False False 1.0 False 0x1.0000000000000p-255 3000000000000000 -1.727233711018889e-77 1.727233711018889e-77 1.727233711018889e-77
#| 1.727233711018889e-77 1.727233711018889e-77 1.727233711018889e-77 1.727233711018889e-77 1.0 False False True True True -1.727233711018889e-77 0x1.0000000000000p-255 0x1.0000000000000p-255 0x1.0000000000000p-255
#| true
#| 0x0.0p+0 empty 0.0
#| -1.727233711018889e-77 True False False False -1.0 False -0x1.0000000000000p-255 b000000000000000 1.727233711018889e-77 1.727233711018889e-77 -1.727233711018889e-77
#| -1.727233711018889e-77 -1.727233711018889e-77 -1.727233711018889e-77 -1.727233711018889e-77 1.0 True True False False True 1.727233711018889e-77 -0x1.0000000000000p-255 -0x1.0000000000000p-255 -0x1.0000000000000p-255
#| true
#| -0x0.0p+0 empty -0.0
#| 1.7272337110188893e-77 True False False False 1.0 False 0x1.0000000000001p-255 3000000000000001 -1.7272337110188893e-77 1.7272337110188893e-77 1.7272337110188893e-77
#| 1.7272337110188893e-77 1.7272337110188893e-77 1.7272337110188893e-77 1.7272337110188893e-77 1.0 False False True True True -1.7272337110188893e-77 0x1.0000000000001p-255 0x1.0000000000001p-255 0x1.0000000000001p-255
#| true
#| 0x0.0p+0 empty 0.0
#| 1.7272337110188887e-77 True False False False 1.0 False 0x1.fffffffffffffp-256 2fffffffffffffff -1.7272337110188887e-77 1.7272337110188887e-77 1.7272337110188887e-77
#| 1.7272337110188887e-77 1.7272337110188887e-77 1.7272337110188887e-77 1.7272337110188887e-77 1.0 False False True True True -1.7272337110188887e-77 0x1.fffffffffffffp-256 0x1.fffffffffffffp-256 0x1.fffffffffffffp-256
#| true
#| 0x0.0p+0 empty 0.0
#| 5e-324 True False False False 1.0 False 0x0.0000000000001p-1022 0000000000000001 -5e-324 5e-324 5e-324
#| 5e-324 5e-324 5e-324 5e-324 1.0 False False True True True -5e-324 0x0.0000000000001p-1022 0x0.0000000000001p-1022 0x0.0000000000001p-1022
#| true
#| 0x0.0p+0 empty 0.0
#| -5e-324 True False False False -1.0 False -0x0.0000000000001p-1022 8000000000000001 5e-324 5e-324 -5e-324
#| -5e-324 -5e-324 -5e-324 -5e-324 1.0 True True False False True 5e-324 -0x0.0000000000001p-1022 -0x0.0000000000001p-1022 -0x0.0000000000001p-1022
#| true
#| -0x0.0p+0 empty -0.0
#| 2.315841784746324e+77 True False False False 1.0 False 0x1.0000000000000p+257 5000000000000000 -2.315841784746324e+77 2.315841784746324e+77 2.315841784746324e+77
#| 2.315841784746324e+77 2.315841784746324e+77 2.315841784746324e+77 2.315841784746324e+77 2.315841784746324e+77 False False True True True -2.315841784746324e+77 0x1.0000000000000p+257 0x1.0000000000000p+257 0x1.0000000000000p+257
#| true
#| 0x0.0p+0 empty 0.0
#| 2.3158417847463237e+77 True False False False 1.0 False 0x1.fffffffffffffp+256 4fffffffffffffff -2.3158417847463237e+77 2.3158417847463237e+77 2.3158417847463237e+77
#| 2.3158417847463237e+77 2.3158417847463237e+77 2.3158417847463237e+77 2.3158417847463237e+77 2.3158417847463237e+77 False False True True True -2.3158417847463237e+77 0x1.fffffffffffffp+256 0x1.fffffffffffffp+256 0x1.fffffffffffffp+256
#| true
#| 0x0.0p+0 empty 0.0
#| {0.0: 3} {0.0} 0 True 1 True [-1.0, -0.0, 0.0, 1.0] 0.0 -0.0
#| (0.0, -0.0, 0j, (-0-0j), 0.0, -0.0)
#| 1.5
#| 0.0
#| 0.0
#| 0.0
#| -0.0 -0x0.0p+0 True (-0.0, 0.0) -0.0 0.0 1.0 0.0 0.0 0.0 -0.0 0 -0.0 0.0 0 0.0
#| division by zero
#| division by zero
#| division by zero
#| division by zero
#| division by zero
#| division by zero
#| zero to a negative power
#| division by zero
#| array('d', [0.0, 0.0, 0.0]) 0.0 -0.0 +0.0 -0 0.0 0.0 0.0 -0.0 -0.00 (-0+0j) 0 True (0, 1)
