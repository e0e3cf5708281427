x = 1
def f():
    b = a = 1
    return dir()
print(f(), "x" in globals(), globals() is vars(), "x" in dir(), [n for n in dir([]) if n[0] != "_"])
# stdout:
#| ['a', 'b'] True True True ['append', 'clear', 'copy', 'count', 'extend', 'index', 'insert', 'pop', 'remove', 'reverse', 'sort']
