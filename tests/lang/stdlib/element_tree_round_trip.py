"""ElementTree, minidom, sax and plistlib read and write XML."""
import io
import plistlib
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax

text = '<r xmlns:p="urn:p"><p:a k="1&quot;">t&amp;u</p:a>tail<b/></r>'
root = ET.fromstring(text)
print([(e.tag, e.attrib, e.text, e.tail) for e in root.iter()])
print(ET.tostring(root, encoding="unicode"))
print([(event, e.tag) for event, e in ET.iterparse(io.StringIO(text), ("start", "end"))])
print(xml.dom.minidom.parseString(text).documentElement.toxml())


class Handler(xml.sax.ContentHandler):
    def startElement(self, name, attrs):
        print("start", name, dict(attrs))


xml.sax.parseString(text.encode(), Handler())
data = {"a": [1, 2.5, True, b"x"], "b": "é"}
print(plistlib.loads(plistlib.dumps(data)) == data)
# stdout:
#| [('r', {}, None, None), ('{urn:p}a', {'k': '1"'}, 't&u', 'tail'), ('b', {}, None, None)]
#| <r xmlns:ns0="urn:p"><ns0:a k="1&quot;">t&amp;u</ns0:a>tail<b /></r>
#| [('start', 'r'), ('start', '{urn:p}a'), ('end', '{urn:p}a'), ('start', 'b'), ('end', 'b'), ('end', 'r')]
#| <r xmlns:p="urn:p"><p:a k="1&quot;">t&amp;u</p:a>tail<b/></r>
#| start r {'xmlns:p': 'urn:p'}
#| start p:a {'k': '1"'}
#| start b {}
#| True
