s = "\ud83d" + "\ude00"
print(len(s), s == "😀", ascii(s), len("😀"))
try: print(s.encode())
except UnicodeEncodeError as e: print(e)
print(s.encode("utf-16", "surrogatepass").decode("utf-16") == "😀")
# stdout:
#| 2 False '\ud83d\ude00' 1
#| 'utf-8' codec can't encode characters in position 0-1: surrogates not allowed
#| True
