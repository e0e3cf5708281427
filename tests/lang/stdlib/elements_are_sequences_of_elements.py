import copy, pickle
import xml.etree.ElementTree as ET

root = ET.Element("root", {"a": "1"}, b="2")
for n in range(5):
    ET.SubElement(root, f"c{n % 2}", n=str(n)).text = f"t{n}"
print(len(root), [c.tag for c in root], root.attrib, [c.get("n") for c in root[1:4]], root[-1].get("n"))
print(root.find("c1").text, root.findtext("c0"), root.findtext("zz", "none"), [c.text for c in root.findall("c1")])
print([c.text for c in root.iterfind("./c0")], list(root.itertext()), [e.tag for e in root.iter("c1")])
root[1:3] = [ET.Element("new")]
del root[::2]
root.insert(0, ET.Element("first"))
print(ET.tostring(root), hasattr(root, "__iter__"), type(iter(root)).__name__)
twin = copy.deepcopy(root)
twin[0].tag = "other"
print(root[0].tag, copy.copy(root)[0] is root[0], ET.tostring(pickle.loads(pickle.dumps(twin))))
for bad in (lambda: root.append(1), lambda: root[9], lambda: root["x"], lambda: root.remove(twin), lambda: ET.Element(),
            lambda: root.__setitem__(slice(0, 1), [3]), lambda: ET.SubElement(1, "x"), lambda: delattr(root, "tag")):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
class Sub(ET.Element):
    def __getitem__(self, at):
        return super().__getitem__(1 - at) if at < 2 else super().__getitem__(at)
sub = Sub("s")
sub.extend(root[:2])
print([c.tag for c in sub], [c.tag for c in root[:2]], sub.remove(root[0]), len(sub))
# stdout:
#| 5 ['c0', 'c1', 'c0', 'c1', 'c0'] {'a': '1', 'b': '2'} ['1', '2', '3'] 4
#| t1 t0 none ['t1', 't3']
#| ['t0', 't2', 't4'] ['t0', 't1', 't2', 't3', 't4'] ['c1', 'c1']
#| b'<root a="1" b="2"><first /><new /><c0 n="4">t4</c0></root>' False iterator
#| first True b'<root a="1" b="2"><other /><new /><c0 n="4">t4</c0></root>'
#| TypeError append() argument 1 must be xml.etree.ElementTree.Element, not int
#| IndexError child index out of range
#| TypeError element indices must be integers
#| ValueError Element.remove(x): element not found
#| TypeError Element() takes at least 1 argument (0 given)
#| TypeError expected an Element, not "int"
#| TypeError SubElement() argument 1 must be xml.etree.ElementTree.Element, not int
#| AttributeError can't delete element attribute
#| ['new', 'first'] ['first', 'new'] None 1
