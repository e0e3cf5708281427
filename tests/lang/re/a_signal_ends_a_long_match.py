import re, signal
class Enough(Exception): pass
def enough(*_):
    raise Enough
signal.signal(signal.SIGALRM, enough)
for pattern, text in [("(?:a|a|aa)*c", "a" * 60 + "b"), ("(a*)*b", "a" * 60), ("(?:(?:x?){50}){50}y", "x" * 99), ("(?:a+)+b|c", "a" * 60)]:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        print(re.match(pattern, text))
    except Enough:
        print("enough")
    signal.setitimer(signal.ITIMER_REAL, 0)
# stdout:
#| enough
#| enough
#| enough
#| enough
