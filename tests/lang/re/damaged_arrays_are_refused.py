import _sre, re._compiler, re._parser
def tried(*args):
    try:
        _sre.compile(*args)
        print("fine")
    except Exception as error:
        print(type(error).__name__, error)
for code, groups in [([], 0), ([0], 0), ([99, 1], 0), ([16, 97], 0), ([16, 1], 0), ([17, 2, 1], 1), ([17, 1, 1], 1), ([13, 5, 16, 97, 1], 0),
                     ([13, 4, 16, 97, 0, 1], 0), ([7, 5, 16, 97, 15, 2, 0, 1], 0), ([7, 5, 16, 97, 15, 9, 0, 1], 0), ([15, 1, 1], 0),
                     ([24, 6, 2, 1, 2, 1, 1], 0), ([24, 5, 0, 1, 2, 1, 1], 0), ([23, 3, 0, 1, 18, 1], 0), ([11, 0, 1], 0), ([8, 18, 1], 0),
                     ([6, 12, 1], 0), ([14, 4, 0, 1, 1, 16, 97, 1], 0), ([14, 4, 3, 1, 1, 1], 0), ([13, 4000000000, 0, 1], 0), ([1], -1)]:
    tried("a", 0, code, groups, {}, ())
tried("a", 0, [-1], 0, {}, ())
tried("a", 0, [2 ** 40], 0, {}, ())
tried("a", 0, ["x"], 0, {}, ())
tried("a", 0, (1,), 0, {}, ())
tried("a", 0, [1], 0, [], ())
tried("a", 0, [1], 0, {}, [])
tried(5, 0, [1], 0, {}, ())
whole = re._compiler._code(re._parser.parse("(a|[^b-d]x)+?(?=e)(?(1)f|g)(?>h*)"), 0)
refused = 0
for at in range(len(whole)):
    for word in whole[:at] + whole[at + 1:], whole[:at]:
        try:
            _sre.compile("a", 0, word, 1, {}, (None, None))
        except RuntimeError:
            refused += 1
print(refused > 60, len(whole) > 60)
# stdout:
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| fine
#| RuntimeError invalid SRE code
#| fine
#| fine
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| fine
#| fine
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| fine
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| RuntimeError invalid SRE code
#| OverflowError can't convert negative value to unsigned int
#| OverflowError regular expression code size limit exceeded
#| TypeError an integer is required
#| TypeError compile() argument 'code' must be list, not tuple
#| TypeError compile() argument 'groupindex' must be dict, not list
#| TypeError compile() argument 'indexgroup' must be tuple, not list
#| TypeError expected string or bytes-like object, got 'int'
#| True False
