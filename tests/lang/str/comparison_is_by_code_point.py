print("a" < "b", "a" < "B", "é" > "z", "\uffff" < "\U00010000", "ab" < "abc", "" < "a", "a" == "a\0", sorted(["é", "z", "A", "a", "漢"]))
try: "a" < 1
except TypeError as e: print(e)
print("a" == b"a", "a" in "banana", "" in "", "ana" in "banana")
try: 1 in "abc"
except TypeError as e: print(e)
# stdout:
#| True False True True True True False ['A', 'a', 'z', 'é', '漢']
#| '<' not supported between instances of 'str' and 'int'
#| False True True True
#| 'in <string>' requires string as left operand, not int
