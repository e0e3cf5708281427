import asyncio
async def gen():
    try:
        for i in range(5):
            yield i
            await asyncio.sleep(0)
    finally:
        print("closed")
async def main():
    print([i async for i in gen()])
    g = gen()
    async for i in g:
        if i == 1: break
    await g.aclose()
    print("end")
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| closed
#| [0, 1, 2, 3, 4]
#| closed
#| end
