import _sre
import re

pattern = re.compile("(?P<x>a)(b)?")
found = pattern.match("a")
scanner = pattern.scanner("a")


def show(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


for thing in (pattern, found, scanner):
    show(getattr, thing, "missing")
    show(setattr, thing, "missing", 1)
    show(delattr, thing, "missing")
    show(getattr, type(thing), "missing")
    show(setattr, type(thing), "missing", 1)
    for name in ("pattern", "flags", "groups", "groupindex", "string", "re", "pos", "regs", "lastindex", "match"):
        show(setattr, thing, name, 1)
        show(delattr, thing, name)
    show(lambda: 1 in thing)

# A key is looked up among the names unless it is an index.
for key in ([], {}, None, "y", 1.0, 2**70, -1):
    show(found.group, key)
    show(found.span, key)
    show(found.__getitem__, key)
names = {"odd": "v", "far": 2**70, "one": 1}
raw = _sre.compile("a", 0, [17, 0, 16, 97, 17, 1, 1], 1, names, (None,)).match("a")
for key in names:
    show(raw.group, key)
show(raw.groupdict)

for flags in (2**31, -(2**40), "a"):
    show(_sre.compile, "a", flags, [16, 97, 1], 0, {}, (None,))
for code in ([16, -1, 1], [16, 2**32, 1], [16, 2**64, 1], [16, 1.0, 1], None, ()):
    show(_sre.compile, "a", 0, code, 0, {}, (None,))
show(_sre.compile, "a", 0, [16, 97, 1], 2**63, {}, (None,))
for parts in (None, [], ["a", 1], ["a", "x", "b"], ["a", -1, "b"], ["a", 2**70, "b"]):
    show(_sre.template, "a", parts)
print(_sre.ascii_tolower(-1), _sre.unicode_tolower(-(2**31)), hasattr(_sre, "getlower"))

# An argument that is missing is told before one that is too much.
show(pattern.match, strin="a")
show(pattern.match, "a", foo=1)
show(pattern.sub, "a", pos=1)
show(pattern.split, "a", 1, pos=1)
show(pattern.split, a=1, b=2, c=3)
# stdout:
#| AttributeError 're.Pattern' object has no attribute 'missing'
#| AttributeError 're.Pattern' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError type object 're.Pattern' has no attribute 'missing'
#| TypeError cannot set 'missing' attribute of immutable type 're.Pattern'
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError attribute 'groupindex' of 're.Pattern' objects is not writable
#| AttributeError attribute 'groupindex' of 're.Pattern' objects is not writable
#| AttributeError 're.Pattern' object has no attribute 'string' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'string' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 're' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 're' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'pos' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'pos' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'regs' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'regs' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'lastindex' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object has no attribute 'lastindex' and no __dict__ for setting new attributes
#| AttributeError 're.Pattern' object attribute 'match' is read-only
#| AttributeError 're.Pattern' object attribute 'match' is read-only
#| TypeError argument of type 're.Pattern' is not a container or iterable
#| AttributeError 're.Match' object has no attribute 'missing'
#| AttributeError 're.Match' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError type object 're.Match' has no attribute 'missing'
#| TypeError cannot set 'missing' attribute of immutable type 're.Match'
#| AttributeError 're.Match' object has no attribute 'pattern' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'pattern' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'flags' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'flags' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object attribute 'groups' is read-only
#| AttributeError 're.Match' object attribute 'groups' is read-only
#| AttributeError 're.Match' object has no attribute 'groupindex' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'groupindex' and no __dict__ for setting new attributes
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError attribute 'regs' of 're.Match' objects is not writable
#| AttributeError attribute 'regs' of 're.Match' objects is not writable
#| AttributeError attribute 'lastindex' of 're.Match' objects is not writable
#| AttributeError attribute 'lastindex' of 're.Match' objects is not writable
#| AttributeError 're.Match' object has no attribute 'match' and no __dict__ for setting new attributes
#| AttributeError 're.Match' object has no attribute 'match' and no __dict__ for setting new attributes
#| TypeError argument of type 're.Match' is not a container or iterable
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'missing'
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'missing' and no __dict__ for setting new attributes
#| AttributeError type object '_sre.SRE_Scanner' has no attribute 'missing'
#| TypeError cannot set 'missing' attribute of immutable type '_sre.SRE_Scanner'
#| AttributeError readonly attribute
#| AttributeError readonly attribute
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'flags' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'flags' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'groups' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'groups' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'groupindex' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'groupindex' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'string' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'string' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 're' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 're' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'pos' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'pos' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'regs' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'regs' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'lastindex' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object has no attribute 'lastindex' and no __dict__ for setting new attributes
#| AttributeError '_sre.SRE_Scanner' object attribute 'match' is read-only
#| AttributeError '_sre.SRE_Scanner' object attribute 'match' is read-only
#| TypeError argument of type '_sre.SRE_Scanner' is not a container or iterable
#| TypeError cannot use 'list' as a dict key (unhashable type: 'list')
#| TypeError cannot use 'list' as a dict key (unhashable type: 'list')
#| TypeError cannot use 'list' as a dict key (unhashable type: 'list')
#| TypeError cannot use 'dict' as a dict key (unhashable type: 'dict')
#| TypeError cannot use 'dict' as a dict key (unhashable type: 'dict')
#| TypeError cannot use 'dict' as a dict key (unhashable type: 'dict')
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| IndexError no such group
#| OverflowError Python int too large to convert to C ssize_t
#| a
#| IndexError no such group
#| OverflowError Python int too large to convert to C int
#| OverflowError Python int too large to convert to C int
#| TypeError 'str' object cannot be interpreted as an integer
#| OverflowError can't convert negative value to unsigned int
#| OverflowError regular expression code size limit exceeded
#| OverflowError Python int too large to convert to C unsigned long
#| TypeError an integer is required
#| TypeError compile() argument 'code' must be list, not None
#| TypeError compile() argument 'code' must be list, not tuple
#| OverflowError Python int too large to convert to C ssize_t
#| TypeError template() argument 2 must be list, not None
#| TypeError invalid template
#| TypeError invalid template
#| TypeError an integer is required
#| TypeError invalid template
#| OverflowError Python int too large to convert to C ssize_t
#| -1 -2147483648 False
#| TypeError match() missing required argument 'string' (pos 1)
#| TypeError match() got an unexpected keyword argument 'foo'
#| TypeError sub() missing required argument 'string' (pos 2)
#| TypeError split() takes at most 2 arguments (3 given)
#| TypeError split() takes at most 2 keyword arguments (3 given)
