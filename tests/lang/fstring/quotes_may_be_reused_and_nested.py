d = {"k": [1, 2]}
print(f"{d["k"][0]} {f"{f"{d["k"]}"}"} {'\n'.join(["a", "b"])}")
print(f"{
    d["k"]  # a comment
    [1]
}")
# stdout:
#| 1 [1, 2] a
#| b
#| 2
