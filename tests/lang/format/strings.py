for s in ("", "10", "<10", ">10", "^10", "*^11", ".2", "10.3", "s", "é>6"):
    print(s, "|", format("hello", s), "|")
for s in ("d", "=10", "+", ",", "#", "0", "010"):
    try: print(s, format("hi", s))
    except ValueError as e: print(s, e)
# stdout:
#|  | hello |
#| 10 | hello      |
#| <10 | hello      |
#| >10 |      hello |
#| ^10 |   hello    |
#| *^11 | ***hello*** |
#| .2 | he |
#| 10.3 | hel        |
#| s | hello |
#| é>6 | éhello |
#| d Unknown format code 'd' for object of type 'str'
#| =10 '=' alignment not allowed in string format specifier
#| + Sign not allowed in string format specifier
#| , Cannot specify ',' with 's'.
#| # Alternate form (#) not allowed in string format specifier
#| 0 hi
#| 010 hi00000000
