import threading
d, l = {}, []
def work(n):
    for i in range(3000):
        d[n, i] = i
        l.append(i)
        if i % 3 == 0: d.pop((n, i), None)
        if l and i % 5 == 0: l.pop()
        if i % 500 == 0: list(d.items())[:5]; sorted(l[:100])
ts = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
print(len(d), len(l))
# stdout:
#| 8000 9600
