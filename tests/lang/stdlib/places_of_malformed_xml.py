# Which error a document has and where is what expat says: the letters of a token are looked at before its meaning.
import xml.etree.ElementTree as ET
from xml.parsers import expat

DOCTYPE = '<!DOCTYPE a [<!ELEMENT a ANY><!ENTITY e "ent<q/>">\n<!ATTLIST a z CDATA "d">'
DOCUMENTS = [
    # Declarations of XML.
    *(f'<?xml version="{version}"?><a/>' for version in ("1.0", "1.10", "2.0", "1.", "1.x", "", "01.0", "1_0")),
    '<?xml version="1.0" encoding="utf-8?>\n<a b="c">',
    '<?xml version="1.0" encoding=""?><a/>',
    '<?xml version="1.0" encoding="u]]>tf-8"?><a/>',
    '<?xml v?>rsion="1.0"?><a/>',
    '<?xml version=1.0"?><a/>',
    '<?xml version="1&x;0"?><a/>',
    '<?xml version="1.0" standalone="maybe"?><a/>',
    '<?xml version="1.0" encoding="utf-8" standalone="yes" x="y"?><a/>',
    '<?xml encoding="utf-8"?><a/>',
    '<?xml version="1.0"encoding="utf-8"?><a/>',
    "<?xml version='1.0' \x01?><a/>",
    "<?xml: version='1.0'?><a/>",
    "<?XML version='1.0'?><a/>",
    # Document types.
    "<!DCTYPE a><a/>",
    "<!DOCTYPE ]]>a><a/>",
    "<!DOCTYPEa [<!ELEMENT a ANY>]><a/>",
    "<!DOCTYPE a [<!ELEMENT ",
    "<!DOCTYPE a [<!ELEMENT a ANY>",
    '<!DOCTYPE a [<!ENTITY e "',
    '<!DOCTYPE a [<!ENTITYb e "x">]><a/>',
    '<!DOCTYPE a [<!ATTLIST a z CDATAb "d">]><a/>',
    '<!DOCTYPE a [<!ATTL/IST a z CDATA "d">]><a/>',
    DOCTYPE + "]]>\n<a/>",
    DOCTYPE + "]>\n<a>&e;</a>",
    "]]><a/>",
    "a<a/>",
    "text",
    # Elements.
    '<a\n  bp:="1"/>',
    '<a:b xmlns:a="q">a:c/><:b>',
    '<a:b xm:lns:a="q"/>',
    "<a><b x=\"1\" y='2>t&a\r",
    '<a x="1"y="2"/>',
    '<a x="1" x="2"/>',
    '<a x="<"/>',
    '<a x="&y;"/>',
    '<a x="&y"/>',
    "<a x/>",
    "<a b ='1' / >",
    '<a:b xmlns:a="q"><a:></a:b>',
    "<a></b>",
    "<a></b !>",
    "<a><!-x --></a>",
    "<a><!-- x --- y --></a>",
    "<a><![CDTA[</a>",
    "<a><![CDATA[</a>",
    "<a>]]></a>",
    "<a><?xm?l?></a>",
    "<a><?xml version='1.0'?></a>",
    # References.
    "<a>&#65t;</a>",
    "<a>&#x;</a>",
    "<a>&#xD800;</a>",
    "<a>&p:lt;</a>",
    "<a>&x;</a>",
    "<a>& </a>",
    # Behind the root element.
    "<a/>x",
    "<a/></a>",
    "<a/>\n&#x41;",
    "<a/><!DOCTYPE a>",
    "<a/><?xml version='1.0'?>",
    "<a/><!-",
]
for text in DOCUMENTS:
    try:
        print(ET.tostring(ET.fromstring(text)))
    except ET.ParseError as error:
        print(error.code, error, ascii(text[:40]))
    try:
        expat.ParserCreate().Parse(text, True)
    except expat.ExpatError as error:
        print("   ", error)
# stdout:
#| b'<a />'
#| b'<a />'
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version="2.0"?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version="1."?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version="1.x"?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version=""?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version="01.0"?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 15 '<?xml version="1_0"?><a/>'
#|     XML declaration not well-formed: line 1, column 15
#| 30 XML declaration not well-formed: line 1, column 35 '<?xml version="1.0" encoding="utf-8?>\n<a'
#|     XML declaration not well-formed: line 1, column 35
#| 30 XML declaration not well-formed: line 1, column 30 '<?xml version="1.0" encoding=""?><a/>'
#|     XML declaration not well-formed: line 1, column 30
#| 30 XML declaration not well-formed: line 1, column 31 '<?xml version="1.0" encoding="u]]>tf-8"?'
#|     XML declaration not well-formed: line 1, column 31
#| 30 XML declaration not well-formed: line 1, column 7 '<?xml v?>rsion="1.0"?><a/>'
#|     XML declaration not well-formed: line 1, column 7
#| 30 XML declaration not well-formed: line 1, column 14 '<?xml version=1.0"?><a/>'
#|     XML declaration not well-formed: line 1, column 14
#| 30 XML declaration not well-formed: line 1, column 16 '<?xml version="1&x;0"?><a/>'
#|     XML declaration not well-formed: line 1, column 16
#| 30 XML declaration not well-formed: line 1, column 32 '<?xml version="1.0" standalone="maybe"?>'
#|     XML declaration not well-formed: line 1, column 32
#| 30 XML declaration not well-formed: line 1, column 54 '<?xml version="1.0" encoding="utf-8" sta'
#|     XML declaration not well-formed: line 1, column 54
#| 30 XML declaration not well-formed: line 1, column 6 '<?xml encoding="utf-8"?><a/>'
#|     XML declaration not well-formed: line 1, column 6
#| 30 XML declaration not well-formed: line 1, column 19 '<?xml version="1.0"encoding="utf-8"?><a/'
#|     XML declaration not well-formed: line 1, column 19
#| 4 not well-formed (invalid token): line 1, column 20 "<?xml version='1.0' \x01?><a/>"
#|     not well-formed (invalid token): line 1, column 20
#| 4 not well-formed (invalid token): line 1, column 5 "<?xml: version='1.0'?><a/>"
#| 4 not well-formed (invalid token): line 1, column 5 "<?XML version='1.0'?><a/>"
#|     not well-formed (invalid token): line 1, column 5
#| 2 syntax error: line 1, column 0 '<!DCTYPE a><a/>'
#|     syntax error: line 1, column 0
#| 2 syntax error: line 1, column 10 '<!DOCTYPE ]]>a><a/>'
#|     syntax error: line 1, column 10
#| 2 syntax error: line 1, column 0 '<!DOCTYPEa [<!ELEMENT a ANY>]><a/>'
#|     syntax error: line 1, column 0
#| 3 no element found: line 1, column 23 '<!DOCTYPE a [<!ELEMENT '
#|     no element found: line 1, column 23
#| 3 no element found: line 1, column 29 '<!DOCTYPE a [<!ELEMENT a ANY>'
#|     no element found: line 1, column 29
#| 5 unclosed token: line 1, column 24 '<!DOCTYPE a [<!ENTITY e "'
#|     unclosed token: line 1, column 24
#| 2 syntax error: line 1, column 13 '<!DOCTYPE a [<!ENTITYb e "x">]><a/>'
#|     syntax error: line 1, column 13
#| 2 syntax error: line 1, column 27 '<!DOCTYPE a [<!ATTLIST a z CDATAb "d">]>'
#|     syntax error: line 1, column 27
#| 4 not well-formed (invalid token): line 1, column 19 '<!DOCTYPE a [<!ATTL/IST a z CDATA "d">]>'
#|     not well-formed (invalid token): line 1, column 19
#| 2 syntax error: line 2, column 24 '<!DOCTYPE a [<!ELEMENT a ANY><!ENTITY e '
#|     syntax error: line 2, column 24
#| b'<a z="d">ent<q /></a>'
#| 2 syntax error: line 1, column 0 ']]><a/>'
#|     syntax error: line 1, column 0
#| 4 not well-formed (invalid token): line 1, column 1 'a<a/>'
#|     not well-formed (invalid token): line 1, column 1
#| 2 syntax error: line 1, column 0 'text'
#|     syntax error: line 1, column 0
#| 4 not well-formed (invalid token): line 2, column 5 '<a\n  bp:="1"/>'
#| 4 not well-formed (invalid token): line 1, column 23 '<a:b xmlns:a="q">a:c/><:b>'
#|     no element found: line 1, column 26
#| 4 not well-formed (invalid token): line 1, column 11 '<a:b xm:lns:a="q"/>'
#| 4 not well-formed (invalid token): line 1, column 20 '<a><b x="1" y=\'2>t&a\r'
#|     not well-formed (invalid token): line 1, column 20
#| 4 not well-formed (invalid token): line 1, column 8 '<a x="1"y="2"/>'
#|     not well-formed (invalid token): line 1, column 8
#| 8 duplicate attribute: line 1, column 9 '<a x="1" x="2"/>'
#|     duplicate attribute: line 1, column 9
#| 4 not well-formed (invalid token): line 1, column 6 '<a x="<"/>'
#|     not well-formed (invalid token): line 1, column 6
#| 11 undefined entity: line 1, column 0 '<a x="&y;"/>'
#|     undefined entity: line 1, column 0
#| 4 not well-formed (invalid token): line 1, column 8 '<a x="&y"/>'
#|     not well-formed (invalid token): line 1, column 8
#| 4 not well-formed (invalid token): line 1, column 4 '<a x/>'
#|     not well-formed (invalid token): line 1, column 4
#| 4 not well-formed (invalid token): line 1, column 11 "<a b ='1' / >"
#|     not well-formed (invalid token): line 1, column 11
#| 4 not well-formed (invalid token): line 1, column 20 '<a:b xmlns:a="q"><a:></a:b>'
#|     mismatched tag: line 1, column 23
#| 7 mismatched tag: line 1, column 5 '<a></b>'
#|     mismatched tag: line 1, column 5
#| 4 not well-formed (invalid token): line 1, column 7 '<a></b !>'
#|     not well-formed (invalid token): line 1, column 7
#| 4 not well-formed (invalid token): line 1, column 6 '<a><!-x --></a>'
#|     not well-formed (invalid token): line 1, column 6
#| 4 not well-formed (invalid token): line 1, column 12 '<a><!-- x --- y --></a>'
#|     not well-formed (invalid token): line 1, column 12
#| 4 not well-formed (invalid token): line 1, column 8 '<a><![CDTA[</a>'
#|     not well-formed (invalid token): line 1, column 8
#| 20 unclosed CDATA section: line 1, column 16 '<a><![CDATA[</a>'
#|     unclosed CDATA section: line 1, column 16
#| 4 not well-formed (invalid token): line 1, column 5 '<a>]]></a>'
#|     not well-formed (invalid token): line 1, column 5
#| 4 not well-formed (invalid token): line 1, column 8 '<a><?xm?l?></a>'
#|     not well-formed (invalid token): line 1, column 8
#| 17 XML or text declaration not at start of entity: line 1, column 3 "<a><?xml version='1.0'?></a>"
#|     XML or text declaration not at start of entity: line 1, column 3
#| 4 not well-formed (invalid token): line 1, column 7 '<a>&#65t;</a>'
#|     not well-formed (invalid token): line 1, column 7
#| 4 not well-formed (invalid token): line 1, column 6 '<a>&#x;</a>'
#|     not well-formed (invalid token): line 1, column 6
#| 14 reference to invalid character number: line 1, column 3 '<a>&#xD800;</a>'
#|     reference to invalid character number: line 1, column 3
#| 4 not well-formed (invalid token): line 1, column 5 '<a>&p:lt;</a>'
#|     undefined entity: line 1, column 3
#| 11 undefined entity: line 1, column 3 '<a>&x;</a>'
#|     undefined entity: line 1, column 3
#| 4 not well-formed (invalid token): line 1, column 4 '<a>& </a>'
#|     not well-formed (invalid token): line 1, column 4
#| 9 junk after document element: line 1, column 4 '<a/>x'
#|     junk after document element: line 1, column 4
#| 4 not well-formed (invalid token): line 1, column 5 '<a/></a>'
#|     not well-formed (invalid token): line 1, column 5
#| 4 not well-formed (invalid token): line 2, column 0 '<a/>\n&#x41;'
#|     not well-formed (invalid token): line 2, column 0
#| 9 junk after document element: line 1, column 4 '<a/><!DOCTYPE a>'
#|     junk after document element: line 1, column 4
#| 9 junk after document element: line 1, column 4 "<a/><?xml version='1.0'?>"
#|     junk after document element: line 1, column 4
#| 5 unclosed token: line 1, column 4 '<a/><!-'
#|     unclosed token: line 1, column 4
