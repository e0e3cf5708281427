import io
import xml.etree.ElementTree as ET

text = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e "v">]><r xmlns="u" xmlns:p="w"><p:a k="1&lt;" p:m="2">x\ny&e;</p:a>'
text += "<!--c--><?i d?><b/><![CDATA[<]]>]]&gt;</r>\n"
print(ET.tostring(ET.fromstring(text)))
class Target:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: print(name, *args)
parser = ET.XMLParser(target=Target())
parser.feed(text[:60])
parser.feed(text[60:].encode())
print(parser.close())
pull = ET.XMLPullParser(("start", "end", "start-ns", "end-ns", "comment", "pi"))
pull.feed(text)
for event, node in pull.read_events():
    print(event, node if isinstance(node, tuple) or node is None else (node.text, node.tail))
print([(event, e.tag, e.attrib) for event, e in ET.iterparse(io.BytesIO(b"<a><b c='d'/>t</a>"), ("start", "end"))])
builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
print(ET.tostring(ET.XML(text.replace("&e;", ""), ET.XMLParser(target=builder))))
for bad in ("", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<a b='1' b='2'/>", "<x:a/>", "<a>\n<b c='<'/>", "<a>\x01</a>"):
    try:
        ET.XML(bad)
    except ET.ParseError as e:
        print(e, e.code, e.position)
known = ET.XMLParser()
known.entity["x"] = "found"
known.feed("<!DOCTYPE a SYSTEM 'a.dtd'><a>&x;&y;</a>".replace("&y;", ""))
print(known.close().text, known.version[:6])
# stdout:
#| b'<ns0:r xmlns:ns0="u" xmlns:ns1="w"><ns1:a k="1&lt;" ns1:m="2">x\nyv</ns1:a><ns0:b />&lt;]]&gt;</ns0:r>'
#| doctype r None None
#| start_ns  u
#| start_ns p w
#| start {u}r {}
#| start {w}a {'k': '1<', '{w}m': '2'}
#| data x
#| data 
#|
#| data y
#| data v
#| end {w}a
#| comment c
#| pi i d
#| start {u}b {}
#| end {u}b
#| data <
#| data ]]
#| data >
#| end {u}r
#| end_ns p
#| end_ns 
#| close
#| None
#| start-ns ('', 'u')
#| start-ns ('p', 'w')
#| start (None, None)
#| start ('x\nyv', None)
#| end ('x\nyv', None)
#| comment ('c', None)
#| pi ('i d', None)
#| start (None, '<]]>')
#| end (None, '<]]>')
#| end (None, None)
#| end-ns None
#| end-ns None
#| [('start', 'a', {}), ('start', 'b', {'c': 'd'}), ('end', 'b', {'c': 'd'}), ('end', 'a', {})]
#| b'<ns0:r xmlns:ns0="u" xmlns:ns1="w"><ns1:a k="1&lt;" ns1:m="2">x\ny</ns1:a><!--c--><?i d?><ns0:b />&lt;]]&gt;</ns0:r>'
#| no element found: line 1, column 0 3 (1, 0)
#| no element found: line 1, column 3 3 (1, 3)
#| mismatched tag: line 1, column 5 7 (1, 5)
#| junk after document element: line 1, column 4 9 (1, 4)
#| undefined entity: line 1, column 3 11 (1, 3)
#| duplicate attribute: line 1, column 9 8 (1, 9)
#| unbound prefix: line 1, column 0 27 (1, 0)
#| not well-formed (invalid token): line 2, column 6 4 (2, 6)
#| not well-formed (invalid token): line 1, column 3 4 (1, 3)
#| found Expat 
