import asyncio
async def f(n):
    await asyncio.sleep(0.001 * n)
    return n
async def bad(): raise ValueError("bad")
async def main():
    print(await asyncio.gather(f(3), f(1), f(2)))
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(f(1))
            tg.create_task(bad())
    except* ValueError as g:
        print(g.exceptions)
    print(await asyncio.gather(bad(), f(1), return_exceptions=True))
asyncio.run(main())
# stdout:
#| [3, 1, 2]
#| (ValueError('bad'),)
#| [ValueError('bad'), 1]
