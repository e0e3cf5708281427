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
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| got x
#| caught v
#| 1 2 3
#| default
