import asyncio
async def f(x):
    await asyncio.sleep(0)
    return x + 1
async def main():
    return await f(1) + await f(2)
print(asyncio.run(main()))
# stdout:
#| 5
