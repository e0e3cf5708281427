a = [3, 1]
print(a.append(2), a.extend("xy"), a.insert(1, "i"), a.insert(-1, "j"), a.insert(99, "k"), a)
print(a.pop(), a.pop(0), a.pop(-2), a.remove("x"), a.index(2), a.count(1), a.reverse(), a, a.copy() is a)
a.clear(); print(a)
for f in (lambda: [].pop(), lambda: [1].pop(5), lambda: [1].remove(2), lambda: [1].index(2), lambda: [1, 2].index(1, 1), lambda: [1][3], lambda: [].extend(5), lambda: [1].insert("x", 1)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
# stdout:
#| None None None None None [3, 'i', 1, 2, 'x', 'j', 'y', 'k']
#| k 3 j None 2 1 None ['y', 2, 1, 'i'] False
#| []
#| IndexError pop from empty list
#| IndexError pop index out of range
#| ValueError list.remove(x): x not in list
#| ValueError list.index(x): x not in list
#| ValueError list.index(x): x not in list
#| IndexError list index out of range
#| TypeError 'int' object is not iterable
#| TypeError 'str' object cannot be interpreted as an integer
