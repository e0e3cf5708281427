a = [1]
a.append(a)
print(a, [a])
d = {}
d["d"] = d
s = ([],)
s[0].append(s)
print(d, s)
# stdout:
#| [1, [...]] [[1, [...]]]
#| {'d': {...}} ([(...)],)
