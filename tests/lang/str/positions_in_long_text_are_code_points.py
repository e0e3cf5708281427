# Against a list of the same code points, from every side.
import re

text = ("aé" * 50 + "€" + "\ud800" + "😀x") * 20
points = list(text)
wrong = 0
for start in range(0, len(text), 37):
    wrong += text.find("€", start) != (points.index("€", start) if "€" in points[start:] else -1)
    back = [at for at in range(start) if points[at] == "😀"]
    wrong += text.rfind("😀", 0, start) != (back[-1] if back else -1)
    wrong += text.index("x", start) != points.index("x", start)
    wrong += text[start:start + 90] != "".join(points[start:start + 90])
    wrong += text[start::7] != "".join(points[start::7])
    wrong += text[start::-131] != "".join(points[start::-131])
    found = re.compile("[€x]").search(text, start)
    wrong += found.start() != min(points.index("€", start) if "€" in points[start:] else 10**9, points.index("x", start))
    wrong += text[found.start():found.end()] != found[0]
    wrong += bool(re.compile("(?<=é)a").match(text, start)) != (start > 0 and points[start - 1:start + 1] == ["é", "a"])
print(wrong)
print([found.start() for found in re.finditer("😀", text)] == [at for at, c in enumerate(points) if c == "😀"])
print(len(re.sub("é", "", text)), len(re.split("€", text)), re.findall("\ud800.", text)[:2] == ["\ud800😀"] * 2)
# stdout:
#| 0
#| True
#| 1080 21 True
