print(chr(97), chr(0x10ffff) == "\U0010ffff", ord("€"), ord(b"a"), hex(255), hex(-1), bin(5), bin(-5), oct(8), ascii("é\n"))
for f in (lambda: chr(0x110000), lambda: chr("a"), lambda: ord(""), lambda: ord(1), lambda: hex(1.5), lambda: bin("1")):
    try: f()
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__, e)
# stdout:
#| a True 8364 97 0xff -0x1 0b101 -0b101 0o10 '\xe9\n'
#| ValueError chr() arg not in range(0x110000)
#| TypeError 'str' object cannot be interpreted as an integer
#| TypeError ord() expected a character, but string of length 0 found
#| TypeError ord() expected string of length 1, but int found
#| TypeError 'float' object cannot be interpreted as an integer
#| TypeError 'str' object cannot be interpreted as an integer
