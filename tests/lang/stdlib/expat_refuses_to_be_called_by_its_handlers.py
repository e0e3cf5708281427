import io
from xml.parsers import expat


def attempt(encoding, method):
    parser = expat.ParserCreate(encoding)

    def handler(text):
        if method == "Parse":
            return parser.Parse(text, False)
        if method == "ParseFile":
            return parser.ParseFile(io.BytesIO(text.encode()))
        print(expat.ParserCreate().Parse("<a/>", True))

    parser.CharacterDataHandler = handler
    try:
        print(parser.Parse("<a>x</a>".encode(encoding), True))
    except Exception as error:
        print(encoding, type(error).__name__, error)


for encoding in "utf-8", "utf-16":
    for method in "Parse", "ParseFile", "another parser's":
        attempt(encoding, method)
# stdout:
#| utf-8 RuntimeError cannot call Parse() from within a handler
#| utf-8 RuntimeError cannot call ParseFile() from within a handler
#| 1
#| 1
#| utf-16 RuntimeError cannot call Parse() from within a handler
#| utf-16 RuntimeError cannot call ParseFile() from within a handler
#| 1
#| 1
