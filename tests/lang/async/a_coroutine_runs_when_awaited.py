import asyncio
async def f(x):
    await asyncio.sleep(0)
    return x + 1
async def main():
    return await f(1) + await f(2)
print(asyncio.run(main()))
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| 5
