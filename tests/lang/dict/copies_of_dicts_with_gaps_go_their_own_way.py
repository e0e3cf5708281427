d = {i: i for i in range(20)}
for key in range(6): del d[key]
e = d.copy()
e[3] = 1
e[30] = 2
print(list(d), list(e), 7 in e, 2 in e)
print(e.popitem(), e.popitem(), e.popitem(), len(e), len(d))
for key in range(6, 18): del d[key]
e = dict(d)
print(e, len(e))
e.update({i: -i for i in range(40)})
print(len(e), list(e)[:4], e[39], d)
d = {(1, 2): 3, 1.5: 2, "a": [1]}
e = d.copy()
del d[1, 2]
print(e, e[1, 2], e["a"] is d["a"], dict(e) == e, (1, 2) in d)
e.clear()
print(e, d)
class Key:
    def __hash__(self): print("hash"); return 1
    def __eq__(self, other): print("eq"); return True
d = {Key(): 1}
print(len(d.copy()), len(dict(d)))
# stdout:
#| [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19] [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 3, 30] True False
#| (30, 2) (3, 1) (19, 19) 13 14
#| {18: 18, 19: 19} 2
#| 40 [18, 19, 0, 1] -39 {18: 18, 19: 19}
#| {(1, 2): 3, 1.5: 2, 'a': [1]} 3 True True False
#| {} {1.5: 2, 'a': [1]}
#| hash
#| 1 1
