import asyncio
class M:
    async def __aenter__(self):
        print("enter")
        return 5
    async def __aexit__(self, t, v, tb):
        print("exit", t.__name__ if t else None)
        return True
async def main():
    async with M() as x:
        print(x)
    async with M():
        raise ValueError
    print("on")
asyncio.run(main())
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| enter
#| 5
#| exit None
#| enter
#| exit ValueError
#| on
