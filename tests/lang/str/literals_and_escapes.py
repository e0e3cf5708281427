print("\x41\u00e9\U0001F600\N{GREEK SMALL LETTER ALPHA}\101\
joined", r"\n", """a
b""", "a" 'b' """c""", len("\0"), R"\\", u"u")
for t in (r"'\x4'", r"'\u12'", r"'\N{no such}'", r"'\U00110000'", "'a", "'''a", r"b'é'", r"b'\u00e9'"):
    try: print(eval(t))
    except SyntaxError as e: print(e.msg)
# stdout:
#| Aé😀αAjoined \n a
#| b abc 1 \\ u
#| (unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: truncated \xXX escape
#| (unicode error) 'unicodeescape' codec can't decode bytes in position 0-3: truncated \uXXXX escape
#| (unicode error) 'unicodeescape' codec can't decode bytes in position 0-10: unknown Unicode character name
#| (unicode error) 'unicodeescape' codec can't decode bytes in position 0-9: illegal Unicode character
#| unterminated string literal (detected at line 1)
#| unterminated triple-quoted string literal (detected at line 1)
#| bytes can only contain ASCII literal characters
#| b'\\u00e9'
# stderr:
#| <string>:1: SyntaxWarning: "\u" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\u"? A raw string is also an option.
