import asyncio
async def a(n):
    for i in range(n):
        yield i
async def main():
    async for i in a(5):
        if i == 1: continue
        if i == 3: break
        print(i)
    else:
        print("not here")
    async for i in a(1):
        pass
    else:
        print("else")
asyncio.run(main())
# stdout:
#| 0
#| 2
#| else
