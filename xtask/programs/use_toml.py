import toml, tomlkit, tomllib
text = '''# head
title = "x"
[owner]
dob = 1979-05-27T07:32:00-08:00
n = [1, 2, 3] # c
f = 1e3
[[items]]
name = 'a'
[[items]]
name = """b
c"""
inline = {a = 1, "b.c" = [true, false]}
'''
print(tomllib.loads(text))
print(toml.loads(text))
document = tomlkit.parse(text)
document["owner"]["n"].append(4)
document["new"] = {"k": [1, {"z": 2}]}
document["items"][0]["name"] = "é"
print(tomlkit.dumps(document))
print(toml.dumps({"a": {"b": [1, 2], "c": {"d": "x\ny"}}, "e": 1.5}))
for wrong in ("a = ", "a = 1\na = 2", "[x", "a = 'x", "[a]\n[a]"):
    for parse in (tomllib.loads, toml.loads, tomlkit.parse):
        try:
            print(parse(wrong))
        except Exception as error:
            print(type(error).__name__, error)
