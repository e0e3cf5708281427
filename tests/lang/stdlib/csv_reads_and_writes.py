import csv, io
def read(*lines, **options):
    try: print(list(csv.reader(lines, **options)))
    except (csv.Error, ValueError) as error: print(type(error).__name__, error)
read('a,"b ""c""",d\r\n', "1,,\n", ""); read('"a\n', 'b",c'); read("a;b", delimiter=";"); read('1,"x",2.5', quoting=csv.QUOTE_NONNUMERIC)
read('a,"b', strict=True); read('"a"b', strict=True); read("a\rb"); read("a\\,b", escapechar="\\"); read(" a, b", skipinitialspace=True); read(',"",', quoting=csv.QUOTE_NOTNULL)
def write(*rows, **options):
    out = io.StringIO(newline="")
    try: csv.writer(out, **options).writerows(rows); print(repr(out.getvalue()))
    except csv.Error as error: print(error)
write(["a", 1, 2.5, None, "x,y", 'q"', "l\n"]); write([""], [None], []); write(["a", 1, None], quoting=csv.QUOTE_STRINGS); write(["a,b"], quoting=csv.QUOTE_NONE)
write(["a,b", 'c"'], quoting=csv.QUOTE_NONE, escapechar="\\"); write(['a"b'], doublequote=False, escapechar="\\"); write([None], quoting=csv.QUOTE_NOTNULL); write(3)
for options in ({"delimiter": "ab"}, {"quotechar": 1}, {"quoting": 9}, {"delimiter": "\n"}, {"delimiter": '"'}, {"nonsense": 1}, {"lineterminator": None}):
    try: csv.reader([], **options)
    except (TypeError, ValueError) as error: print(type(error).__name__, error)
csv.register_dialect("mine", delimiter="|"); read("a|b", dialect="mine"); print("mine" in csv.list_dialects(), csv.get_dialect("mine").delimiter, csv.field_size_limit())
# stdout:
#| [['a', 'b "c"', 'd'], ['1', '', ''], []]
#| [['a\nb', 'c']]
#| [['a', 'b']]
#| [[1.0, 'x', 2.5]]
#| Error unexpected end of data
#| Error ',' expected after '"'
#| Error new-line character seen in unquoted field - do you need to open the file with newline=''?
#| [['a,b']]
#| [['a', 'b']]
#| [[None, '', None]]
#| 'a,1,2.5,,"x,y","q""","l\n"\r\n'
#| '""\r\n""\r\n\r\n'
#| '"a",1,\r\n'
#| need to escape, but no escapechar set
#| 'a\\,b,c\\"\r\n'
#| 'a\\"b\r\n'
#| single empty field record must be quoted
#| iterable expected, not int
#| TypeError "delimiter" must be a unicode character, not a string of length 2
#| TypeError "quotechar" must be a unicode character or None, not int
#| TypeError bad "quoting" value
#| ValueError bad delimiter value
#| ValueError bad delimiter or quotechar value
#| TypeError this function got an unexpected keyword argument 'nonsense'
#| TypeError "lineterminator" must be a string, not NoneType
#| [['a', 'b']]
#| True | 131072
