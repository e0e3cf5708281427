import asyncio, contextvars

var = contextvars.ContextVar("var", default="none")
log = []

async def worker(name, n):
    var.set(name)
    try:
        for i in range(n):
            log.append((name, i, var.get()))
            await asyncio.sleep(0)
        return name
    except asyncio.CancelledError as e:
        log.append((name, "cancelled", e.args))
        raise

async def main():
    a = asyncio.create_task(worker("a", 2), name="A")
    b = asyncio.create_task(worker("b", 9))
    print(await a, a.done(), a.get_name(), var.get())
    b.cancel("enough")
    print(b.cancelling(), b.uncancel(), b.cancel("stop"))
    try:
        await b
    except asyncio.CancelledError as e:
        print("cancelled", e.args, b.cancelled())
    print(asyncio.current_task() in asyncio.all_tasks(), len(asyncio.all_tasks()))
    eager = asyncio.eager_task_factory(asyncio.get_running_loop(), worker("c", 0))
    print(eager.done(), eager.result())

asyncio.run(main())
print(log)
# stdout:
#| a True A none
#| 1 0 True
#| cancelled ('stop',) True
#| True 1
#| True c
#| [('a', 0, 'a'), ('b', 0, 'b'), ('a', 1, 'a'), ('b', 1, 'b'), ('b', 2, 'b'), ('b', 'cancelled', ('stop',))]
