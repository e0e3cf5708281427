import threading

def compiled(condition, depth):
    text = f"{condition} if a else " * depth + "2"
    scope = {}
    exec(f"def f(a):\n return {text}\ng = lambda a: {text}", scope)
    return scope["f"](0), scope["g"](0), scope["f"](1), scope["g"](1)

def in_body(depth):
    text = "1"
    for _ in range(depth):
        text = f"({text} if a else 3)"
    scope = {}
    exec(f"def f(a):\n return {text}", scope)
    return scope["f"](0), scope["f"](1)

print(compiled("1", 1000), in_body(80))
# A thread's stack is smaller.
threading.stack_size(256 * 1024)
found = []
worker = threading.Thread(target=lambda: found.append((compiled("1", 500), in_body(40))))
worker.start()
worker.join()
print(found)
# stdout:
#| (2, 2, 1, 1) (3, 1)
#| [((2, 2, 1, 1), (3, 1))]
