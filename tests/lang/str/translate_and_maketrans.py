t = str.maketrans("abc", "xyz", "d")
print("abcd".translate(t), "abc".translate({97: None, 98: "BB", 99: 0x1f600}), str.maketrans({"a": 1, 98: "x"}), str.maketrans("é", "è"))
class M:
    def __getitem__(self, k):
        if k == 97: raise LookupError
        return "?"
print("aba".translate(M()))
for a in (("a", "bc"), ({"ab": 1},), (1,)):
    try: str.maketrans(*a)
    except (ValueError, TypeError) as e: print(e)
# stdout:
#| xyz BB😀 {97: 1, 98: 'x'} {233: 232}
#| a?a
#| the first two maketrans arguments must have equal length
#| string keys in translatetable must be of length 1
#| if you give only one argument to maketrans it must be a dict
