class Shown:
    def __str__(self): return "shown"
    def __repr__(self): return "Shown()"
class Text(str):
    def __str__(self): return "other"
class Bad:
    def __str__(self): return 3
print("%s: %s" % ("a", 1), "%s" % Shown(), "%r|%s" % (Shown(), Shown()), "%s%s" % ("", ""))
print("%s" % {}, "%s" % {"a": 1}, "%r" % [1], "%s" % (None,), "%s" % Text("x"), "%r" % Text("x"))
print("é%s☃" % "ü", "%s" % "\ud800" == "\ud800", ascii("%s%s" % ("\ud83d", "\ude00")))
print("" % (), "a" % (), "a" % {}, type(Text("%s") % "x") is str)
for template, operand in [
    ("%s", ()), ("%s", (1, 2)), ("%s %s", 1), ("a", 1), ("%s%", (1,)), ("%", ()), ("%s%z", (1, 2)), ("%s", Bad()), ("%(a)s", 1),
]:
    try:
        print(template % operand)
    except Exception as e:
        print(type(e).__name__, e)
class Emptied(list):
    def __str__(self):
        here.clear()
        return "emptied"
here = [Emptied(), "kept"]
print("%s %s" % tuple(here))
# stdout:
#| a: 1 shown Shown()|shown 
#| {} {'a': 1} [1] None other 'x'
#| éü☃ True '\ud83d\ude00'
#|  a a True
#| TypeError not enough arguments for format string
#| TypeError not all arguments converted during string formatting
#| TypeError not enough arguments for format string
#| TypeError not all arguments converted during string formatting
#| ValueError incomplete format
#| ValueError incomplete format
#| ValueError unsupported format character 'z' (0x7a) at index 3
#| TypeError __str__ returned non-string (type int)
#| TypeError format requires a mapping
#| emptied kept
