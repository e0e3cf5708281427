class N:
    __slots__ = ("next",)
head = None
for _ in range(1000000):
    n = N()
    n.next = head
    head = n
del head, n
l = None
for _ in range(1000000): l = [l]
del l
t = ()
for _ in range(1000000): t = (t,)
del t
d = {}
for _ in range(300000): d = {0: d}
del d
print("freed")
# stdout:
#| freed
