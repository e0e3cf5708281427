text = "ab" * 10
form, two = "%s", "%s%s"
print((form % text) is text, (form % (text,)) is text)
print(two % ("é", "x"), len(two % ("é", "ü")), form % "", "<%s>" % "")


class Text(str):
    def __str__(self):
        return "str of it"


print(form % Text("a"), two % (Text("a"), "b"))
cases = [(two, ("a",)), (form, ("a", "b")), ("%s%", "a"), ("%s %d", ("a", "b")), ("none", "a"), ("%s%%", "a")]
for template, operand in cases:
    try:
        print(template % operand)
    except (TypeError, ValueError) as error:
        print(error)
# stdout:
#| True True
#| éx 2  <>
#| str of it str of itb
#| not enough arguments for format string
#| not all arguments converted during string formatting
#| incomplete format
#| %d format: a real number is required, not str
#| not all arguments converted during string formatting
#| a%
