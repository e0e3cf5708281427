import xml.etree.ElementTree as ET


def show(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


element = ET.Element("a")
for name in ("append", "extend", "makeelement", "itertext", "__copy__", "__setstate__", "clear", "remove"):
    method = getattr(element, name)
    show(method, 1, 2, 3)
    show(method, foo=1)
    show(method, 1, foo=1)
    if name not in ("itertext", "__copy__", "clear"):
        show(method)
        show(method, None)
show(element.makeelement, "x", None)
show(element.__deepcopy__, None)
show(ET.Element, "x", None)
show(ET.Element, "x", attrib=None)
show(ET.SubElement, element, "x", None)
show(ET.SubElement, None, "x")
show(setattr, element, "attrib", None)
show(setattr, element, "missing", 1)
show(delattr, ET.TreeBuilder(), "missing")
show(ET.XMLParser, 1, 2, target=3)
show(ET.XMLParser, encoding="utf-8\0")
show(ET.XMLParser, encoding=5)

# A slice is looked at before what is put there, and how much that is before what it is.
for key in (slice(None, None, 2), slice(None, None, 0), slice("a"), slice(0, 0)):
    for value in ("ab", ["x"], None, 5, [1, 2]):
        children = [ET.Element(tag) for tag in "abcde"]
        element[:] = children
        show(element.__setitem__, key, value)
        print([child.tag for child in element])


class Clears:
    def __iter__(self):
        element.clear()
        return iter([ET.Element("new")])


show(element.__setitem__, slice(2, 4), Clears())
print([child.tag for child in element])


class Pieces(list):
    pass


builder = ET.TreeBuilder()
builder.start("a", {})
builder.data(Pieces("xy"))
print(builder.end("a").text)
# stdout:
#| TypeError append() takes at most 1 argument (3 given)
#| TypeError append() takes exactly 1 positional argument (0 given)
#| TypeError append() takes at most 1 argument (2 given)
#| TypeError append() takes exactly 1 positional argument (0 given)
#| TypeError append() argument 1 must be xml.etree.ElementTree.Element, not None
#| TypeError extend() takes at most 1 argument (3 given)
#| TypeError extend() takes exactly 1 positional argument (0 given)
#| TypeError extend() takes at most 1 argument (2 given)
#| TypeError extend() takes exactly 1 positional argument (0 given)
#| TypeError 'elements' must be an iterable
#| TypeError makeelement() takes at most 2 arguments (3 given)
#| TypeError makeelement() takes exactly 2 positional arguments (0 given)
#| TypeError makeelement() takes exactly 2 positional arguments (1 given)
#| TypeError makeelement() takes exactly 2 positional arguments (0 given)
#| TypeError makeelement() takes exactly 2 positional arguments (1 given)
#| TypeError itertext() takes no arguments
#| TypeError itertext() takes no arguments
#| TypeError itertext() takes no arguments
#| TypeError __copy__() takes no arguments
#| TypeError __copy__() takes no arguments
#| TypeError __copy__() takes no arguments
#| TypeError __setstate__() takes at most 1 argument (3 given)
#| TypeError __setstate__() takes exactly 1 positional argument (0 given)
#| TypeError __setstate__() takes at most 1 argument (2 given)
#| TypeError __setstate__() takes exactly 1 positional argument (0 given)
#| TypeError Don't know how to unpickle "None" as an Element
#| TypeError Element.clear() takes no arguments (3 given)
#| TypeError Element.clear() takes no keyword arguments
#| TypeError Element.clear() takes no keyword arguments
#| TypeError Element.remove() takes exactly one argument (3 given)
#| TypeError Element.remove() takes no keyword arguments
#| TypeError Element.remove() takes no keyword arguments
#| TypeError Element.remove() takes exactly one argument (0 given)
#| TypeError remove() argument must be xml.etree.ElementTree.Element, not None
#| TypeError makeelement() argument 2 must be dict, not None
#| TypeError __deepcopy__() argument must be dict, not None
#| TypeError Element() argument 2 must be dict, not None
#| TypeError attrib must be dict, not NoneType
#| TypeError SubElement() argument 3 must be dict, not None
#| TypeError SubElement() argument 1 must be xml.etree.ElementTree.Element, not None
#| TypeError attrib must be dict, not NoneType
#| AttributeError 'xml.etree.ElementTree.Element' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError 'xml.etree.ElementTree.TreeBuilder' object has no attribute 'missing' and no __dict__ for setting new attributes
#| TypeError XMLParser() takes at most 2 arguments (3 given)
#| ValueError embedded null character
#| TypeError XMLParser() argument 'encoding' must be str or None, not int
#| ValueError attempt to assign sequence of size 2 to extended slice of size 3
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError attempt to assign sequence of size 1 to extended slice of size 3
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError assignment expects an iterable
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError assignment expects an iterable
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError attempt to assign sequence of size 2 to extended slice of size 3
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError slice step cannot be zero
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError slice step cannot be zero
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError slice step cannot be zero
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError slice step cannot be zero
#| ['a', 'b', 'c', 'd', 'e']
#| ValueError slice step cannot be zero
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError slice indices must be integers or None or have an __index__ method
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError slice indices must be integers or None or have an __index__ method
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError slice indices must be integers or None or have an __index__ method
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError slice indices must be integers or None or have an __index__ method
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError slice indices must be integers or None or have an __index__ method
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError expected an Element, not "str"
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError expected an Element, not "str"
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError assignment expects an iterable
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError assignment expects an iterable
#| ['a', 'b', 'c', 'd', 'e']
#| TypeError expected an Element, not "int"
#| ['a', 'b', 'c', 'd', 'e']
#| None
#| ['new']
#| ['x', 'y']
