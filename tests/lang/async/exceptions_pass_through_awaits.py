import asyncio
async def a(): raise KeyError("deep")
async def b(): await a()
async def main():
    try:
        await b()
    except KeyError as e:
        tb, names = e.__traceback__, []
        while tb:
            names.append(tb.tb_frame.f_code.co_name)
            tb = tb.tb_next
        print(e, names)
asyncio.run(main())
# stdout:
#| 'deep' ['main', 'b', 'a']
