import asyncio
async def gen():
    try:
        x = yield 1
        print("got", x)
        yield 2
    except ValueError as e:
        print("caught", e)
        yield 3
async def main():
    g = gen()
    print(await anext(g), await g.asend("x"), await g.athrow(ValueError("v")))
    print(await anext(g, "default"))
asyncio.run(main())
# stdout:
#| got x
#| caught v
#| 1 2 3
#| default
