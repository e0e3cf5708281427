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
# stdout:
#| enter
#| 5
#| exit None
#| enter
#| exit ValueError
#| on
