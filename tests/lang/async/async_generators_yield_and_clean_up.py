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
# stdout:
#| closed
#| [0, 1, 2, 3, 4]
#| closed
#| end
