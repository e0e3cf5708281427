print(0b1_01, 0o17, 0xFF, 1_000_000, 0_0, 00, 0XdeadBEEF)
for t in ("01", "1__0", "0b2", "0o8", "0xg", "1_", "1a", "0b", "1if 0 else 2"):
    try: print(t, eval(t))
    except SyntaxError as e: print(t, "|", e.msg)
# stdout:
#| 5 15 255 1000000 0 0 3735928559
#| 01 | leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
#| 1__0 | invalid decimal literal
#| 0b2 | invalid digit '2' in binary literal
#| 0o8 | invalid digit '8' in octal literal
#| 0xg | invalid hexadecimal literal
#| 1_ | invalid decimal literal
#| 1a | invalid decimal literal
#| 0b | invalid binary literal
#| 1if 0 else 2 2
# stderr:
#| <string>:1: SyntaxWarning: invalid decimal literal
