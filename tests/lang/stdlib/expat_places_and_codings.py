from xml.parsers import expat


def events(data, encoding=None, piece=None):
    parser = expat.ParserCreate(encoding)
    found = []

    def place(kind):
        def note(name, *rest):
            found.append((kind, name, parser.CurrentLineNumber, parser.CurrentColumnNumber))
        return note

    parser.StartElementHandler = place("s")
    parser.EndElementHandler = place("e")
    parser.CharacterDataHandler = found.append
    try:
        for at in range(0, len(data), piece or len(data)):
            part = data[at:at + (piece or len(data))]
            parser.Parse(part, at + len(part) == len(data))
    except (expat.ExpatError, ValueError) as error:
        found.append((type(error).__name__, str(error)))
    return found


text = "<a>\n <b>x\xe9\n  <c/>\n </b>\n<d  /></a>"
print(events(text.encode()))
for encoding in "utf-8", "utf-16":
    data = "<a>x</a>".encode(encoding)
    for given in None, encoding:
        print([event if isinstance(event, str) else event[:2] for event in events(data, given, 1)])
print(events(b"<a/>", "utf-32"))
for encoding in "cp037", "cp864", "mac_farsi", "cp1252", "koi8-r", "cp500":
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n<root/>'
    print(encoding, events(declared.encode()))

started = []
for deferred in True, False:
    parser = expat.ParserCreate()
    parser.SetReparseDeferralEnabled(deferred)
    parser.StartElementHandler = lambda name, attributes: started.append(name)
    for piece in b"<do", b"c", b">":
        parser.Parse(piece, False)
    print(started)
    parser.Parse(b"</doc>", True)
    print(started)
try:
    expat.ParserCreate().Parse("<a " + " ".join(f'b{n}=""' for n in range(20000)) + ' b7=""/>', True)
except expat.ExpatError as error:
    print(str(error).split(":")[0])
# stdout:
#| [('s', 'a', 1, 0), '\n', ' ', ('s', 'b', 2, 1), 'xé', '\n', '  ', ('s', 'c', 3, 2), ('e', 'c', 3, 6), '\n', ' ', ('e', 'b', 4, 1), '\n', ('s', 'd', 5, 0), ('e', 'd', 5, 6), ('e', 'a', 5, 6)]
#| [('s', 'a'), 'x', ('e', 'a')]
#| [('s', 'a'), 'x', ('e', 'a')]
#| [('s', 'a'), 'x', ('e', 'a')]
#| [('s', 'a'), 'x', ('e', 'a')]
#| [('ValueError', 'multi-byte encodings are not supported')]
#| cp037 [('ExpatError', 'unknown encoding: line 1, column 30')]
#| cp864 [('ExpatError', 'unknown encoding: line 1, column 30')]
#| mac_farsi [('ExpatError', 'unknown encoding: line 1, column 30')]
#| cp1252 [('s', 'root', 2, 0), ('e', 'root', 2, 7)]
#| koi8-r [('s', 'root', 2, 0), ('e', 'root', 2, 7)]
#| cp500 [('ExpatError', 'unknown encoding: line 1, column 30')]
#| []
#| ['doc']
#| ['doc', 'doc']
#| ['doc', 'doc']
#| duplicate attribute
