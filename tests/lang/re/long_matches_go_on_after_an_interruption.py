# A matcher that is at work for long lets signal handlers run, and goes on where it was.
import re
import signal

ticks = 0


def tick(number, frame):
    global ticks
    ticks += 1


class Enough(Exception):
    pass


def stop(number, frame):
    raise Enough


text = bytearray(b"a" * 18 + b"c") + bytearray(b"xaab" * 3)


def change(number, frame):
    tick(number, frame)
    text[-1:] = b"b"


signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
found = re.search("(?:a|aa)+(b)", "a" * 20 + "c" + "xaab")
print(found.span(), found.regs)
print([found.span() for found in re.finditer("(a|aa)+?(?:b)", "é" + "a" * 20 + "c" + "xaab" * 3)])
signal.signal(signal.SIGALRM, change)
print([found.span() for found in re.finditer(b"(?:a|aa)+(b)", text)])
print(re.sub(b"(?:(?:a|aa)++)*?(b)", rb"<\1>", text))

signal.setitimer(signal.ITIMER_REAL, 0)

# What takes long without going back much.
signal.signal(signal.SIGALRM, stop)
for pattern, subject in (
    ("(a+)+$", "a" * 200 + "b"),
    ("a*b", "a" * 3_000_000 + "cb"),
    (r"(a*)(?:x|\1b)", "a" * 2_000_000),
    ("(?:[ab]*?){1,}x", "ab" * 1_000_000 + "cx"),
    ("(?>a*)b", "a" * 3_000_000 + "cb"),
):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        re.search(pattern, subject)
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(pattern, "was quick")
    except Enough:
        print(pattern, "was ended")
# stdout:
#| (22, 25) ((22, 25), (24, 25))
#| [(23, 26), (27, 30), (31, 34)]
#| [(20, 23), (24, 27), (28, 31)]
#| b'aaaaaaaaaaaaaaaaaacx<b>x<b>x<b>'
#| (a+)+$ was ended
#| a*b was ended
#| (a*)(?:x|\1b) was ended
#| (?:[ab]*?){1,}x was ended
#| (?>a*)b was ended
