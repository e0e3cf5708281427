# The body begins with a try; it has not been entered.
def make():
    try:
        yield 1
    except ValueError:
        print("caught")
        yield 2
    finally:
        print("finally")


async def coroutine():
    try:
        print("begun")
    finally:
        print("finally")


for it in make(), coroutine():
    try:
        it.throw(ValueError("early"))
    except ValueError as error:
        print(error, error.__traceback__.tb_next.tb_frame.f_code.co_name)
it = make()
it.close()
print(list(it))
# stdout:
#| early make
#| early coroutine
#| []
