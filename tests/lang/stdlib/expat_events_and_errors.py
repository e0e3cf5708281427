"""pyexpat tells events in the document's order and names what is no XML with its place."""
import pyexpat

parser = pyexpat.ParserCreate(namespace_separator=" ")
for name in ("StartElement", "EndElement", "CharacterData", "Comment", "ProcessingInstruction", "StartNamespaceDecl"):
    setattr(parser, f"{name}Handler", lambda *args, name=name: print(name, args))
parser.Parse(b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x<b/>'><!ATTLIST b c CDATA 'd'>]>\n")
parser.Parse(b"<a xmlns='u' xmlns:p='v' p:q='1 &amp; 2'>text&#65;&e;<!-- c --><?pi da", False)
parser.Parse("ta?>\r\né<![CDATA[<&]]></a>".encode(), True)
for text in ("", "<a>", "<a></b>", "<a b='1' b='2'/>", "<a/>x", "<a>&no;</a>", "<p:a/>", "<a b=1/>", "foo", "<a>]]></a>",
             "<a>&#0;</a>", "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]><a>&e;</a>", "<a><![CDATA[x"):
    try:
        pyexpat.ParserCreate(namespace_separator=" ").Parse(text, True)
    except pyexpat.ExpatError as error:
        print(repr(text), error, error.code)
# stdout:
#| StartNamespaceDecl (None, 'u')
#| StartNamespaceDecl ('p', 'v')
#| StartElement ('u a', {'v q': '1 & 2'})
#| CharacterData ('text',)
#| CharacterData ('A',)
#| CharacterData ('x',)
#| StartElement ('u b', {'c': 'd'})
#| EndElement ('u b',)
#| Comment (' c ',)
#| ProcessingInstruction ('pi', 'data')
#| CharacterData ('\n',)
#| CharacterData ('é',)
#| CharacterData ('<&',)
#| EndElement ('u a',)
#| '' no element found: line 1, column 0 3
#| '<a>' no element found: line 1, column 3 3
#| '<a></b>' mismatched tag: line 1, column 5 7
#| "<a b='1' b='2'/>" duplicate attribute: line 1, column 9 8
#| '<a/>x' junk after document element: line 1, column 4 9
#| '<a>&no;</a>' undefined entity: line 1, column 3 11
#| '<p:a/>' unbound prefix: line 1, column 0 27
#| '<a b=1/>' not well-formed (invalid token): line 1, column 5 4
#| 'foo' syntax error: line 1, column 0 2
#| '<a>]]></a>' not well-formed (invalid token): line 1, column 5 4
#| '<a>&#0;</a>' reference to invalid character number: line 1, column 3 14
#| "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]><a>&e;</a>" recursive entity reference: line 1, column 52 12
#| '<a><![CDATA[x' unclosed CDATA section: line 1, column 13 20
