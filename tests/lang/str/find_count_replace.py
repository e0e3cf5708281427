s = "abcabcabc"
print(s.find("c"), s.rfind("c"), s.find("c", 3), s.find("c", 3, 5), s.find("", 4), s.find("", 10), s.count("abc"), s.count(""), s.count("a", 1), "aaaa".count("aa"), s.replace("b", "X", 2), s.replace("", "-"), "".replace("", "x"), s.replace("zz", "y"), s.startswith(("x", "ab")), s.endswith("bc", 0, 3), s.removeprefix("abc"), s.removesuffix("bc"), s.index("b", -3))
try: s.index("z")
except ValueError as e: print(e)
try: s.startswith(1)
except TypeError as e: print(e)
# stdout:
#| 2 8 5 -1 4 -1 3 10 2 2 aXcaXcabc -a-b-c-a-b-c-a-b-c- x abcabcabc True True abcabc abcabca 7
#| substring not found
#| startswith first arg must be str or a tuple of str, not int
