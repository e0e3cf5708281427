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
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 0
#| 2
#| else
