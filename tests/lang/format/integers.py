for s in ("d", "5d", "<5d", "^5d", "+d", " d", "05d", "x", "#x", "X", "#o", "#b", ",", "_", "_x", "c", "n", "e", ".2f", "%", "*>8,", "=+8", "08_d", "#010x"):
    print(s, "|", format(1234 if s != "c" else 65, s), "|", format(-1234, s) if s != "c" else "")
for s in ("s", "5.2d", ",x", "q", ",_", "+c", "10000000000000000000000d"):
    try: print(format(5, s))
    except ValueError as e: print(s, e)
# stdout:
#| d | 1234 | -1234
#| 5d |  1234 | -1234
#| <5d | 1234  | -1234
#| ^5d | 1234  | -1234
#| +d | +1234 | -1234
#|  d |  1234 | -1234
#| 05d | 01234 | -1234
#| x | 4d2 | -4d2
#| #x | 0x4d2 | -0x4d2
#| X | 4D2 | -4D2
#| #o | 0o2322 | -0o2322
#| #b | 0b10011010010 | -0b10011010010
#| , | 1,234 | -1,234
#| _ | 1_234 | -1_234
#| _x | 4d2 | -4d2
#| c | A | 
#| n | 1234 | -1234
#| e | 1.234000e+03 | -1.234000e+03
#| .2f | 1234.00 | -1234.00
#| % | 123400.000000% | -123400.000000%
#| *>8, | ***1,234 | **-1,234
#| =+8 | +   1234 | -   1234
#| 08_d | 0_001_234 | -001_234
#| #010x | 0x000004d2 | -0x00004d2
#| s Unknown format code 's' for object of type 'int'
#| 5.2d Precision not allowed in integer format specifier
#| ,x Cannot specify ',' with 'x'.
#| q Unknown format code 'q' for object of type 'int'
#| ,_ Cannot specify both ',' and '_'.
#| +c Sign not allowed with integer format specifier 'c'
#| 10000000000000000000000d Too many decimal digits in format string
