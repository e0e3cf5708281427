import signal
def handler(n, f): raise KeyError('heard')
signal.signal(signal.SIGALRM, handler)
def listing(): return [x for x in iter(int, 1) if x]
def mapping(): return {x: 1 for x in iter(int, 1) if x or x > 1 if x}
def generating(): return next(x for x in iter(int, 1) if x)
def nested(): return [y for x in iter(int, 1) if not x for y in (x,) if y is None]
def assigned(): return [y for x in iter(int, 1) for y in [x] if y]
async def zeros():
    while True: yield 0
async def listed(): return [x async for x in zeros() if x]
def asynchronous(): listed().send(None)
def looping():
    for x in iter(int, 1):
        if x and 1: print()
        else: continue
def finishing():
    while True:
        try: continue
        finally: pass
def comparing():
    a = b = 1
    while a == b and a < 5 or b is None: a = 1
def matching():
    match 1:
        case _:
            while not None: pass
for f in listing, mapping, generating, nested, assigned, asynchronous, looping, finishing, comparing, matching:
    signal.setitimer(signal.ITIMER_REAL, .05)
    try: f()
    except KeyError as e: print(f.__name__, e)
# stdout:
#| listing 'heard'
#| mapping 'heard'
#| generating 'heard'
#| nested 'heard'
#| assigned 'heard'
#| asynchronous 'heard'
#| looping 'heard'
#| finishing 'heard'
#| comparing 'heard'
#| matching 'heard'
