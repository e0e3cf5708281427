for text in ("def f(): await x", "await x", "[await x for x in y]", "def f():\n async with a: pass", "def f(): return [i async for i in a]", "async def f(): yield from x", "async def f():\n yield 1\n return 2"):
    try:
        compile(text, "t", "exec")
    except SyntaxError as e:
        print(e.msg, e.lineno, e.offset)
# stdout:
#| 'await' outside async function 1 10
#| 'await' outside function 1 1
#| asynchronous comprehension outside of an asynchronous function 1 1
#| 'async with' outside async function 2 2
#| asynchronous comprehension outside of an asynchronous function 1 17
#| 'yield from' inside async function 1 16
#| 'return' with value in async generator 3 2
