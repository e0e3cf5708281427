import asyncio
async def a(n):
    for i in range(n):
        yield i
async def twice(x): return x * 2
async def main():
    print([i async for i in a(3) if i != 1], {i: j async for i in a(2) for j in "x"})
    print([await twice(i) for i in range(3)], {await twice(i) async for i in a(2)})
    g = (i async for i in a(2))
    print(type(g).__name__, [x async for x in g])
    print([[y async for y in a(x)] async for x in a(3)])
asyncio.run(main())
# stdout:
#| [0, 2] {0: 'x', 1: 'x'}
#| [0, 2, 4] {0, 2}
#| async_generator [0, 1]
#| [[], [0], [0, 1]]
