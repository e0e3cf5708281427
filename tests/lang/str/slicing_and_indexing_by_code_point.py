s = "aé漢😀z"
print(len(s), s[1], s[3], s[-2], s[1:4], s[::-1], s[::2], [c for c in s], s.index("😀"), s.find("z"))
try: s[9]
except IndexError as e: print(e)
try: s[0] = "x"
except TypeError as e: print(e)
# stdout:
#| 5 é 😀 😀 é漢😀 z😀漢éa a漢z ['a', 'é', '漢', '😀', 'z'] 3 4
#| string index out of range
#| 'str' object does not support item assignment
