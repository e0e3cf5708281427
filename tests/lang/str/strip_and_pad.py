print("  x ".strip() + "|", "xxaxx".strip("x"), "abcba".lstrip("ab"), "abcba".rstrip("ab"), "x".center(6, "-"), "x".center(5), "ab".center(5, "*"), "x".ljust(3) + "|", "x".rjust(3, "é"), "-5".zfill(4), "+x".zfill(5), "a\tb\t".expandtabs(4), "\u3000x\u3000".strip())
try: "x".center(5, "ab")
except TypeError as e: print(e)
# stdout:
#| x| a cba abc --x---   x   **ab* x  | ééx -005 +000x a   b    x
#| The fill character must be exactly one character long
