import asyncio

loop = asyncio.new_event_loop()
f = loop.create_future()

def tried(call, *args):
    try:
        return call(*args)
    except BaseException as e:
        return type(e).__name__, str(e)

print(tried(f.result), tried(f.exception), tried(f.set_exception, 3))
called = []
f.add_done_callback(called.append)
f.add_done_callback(print)
print(f.remove_done_callback(print), len(f._callbacks))
f.set_result(5)
print(f.result(), f.exception(), f.cancel(), tried(f.set_result, 6), tried(f.set_exception, KeyError))
loop.run_until_complete(asyncio.sleep(0, loop))
print(called == [f], f)
g = loop.create_future()
g.set_exception(StopIteration)
print(tried(g.result), repr(g.exception().__cause__))
h = loop.create_future()
print(h.cancel("why"), h.cancelled(), tried(h.result), h)
print(tried(asyncio.Future.__new__(asyncio.Future).get_loop), tried(asyncio.Task, 3))
it = iter(loop.create_future())
print(next(it).done(), tried(next, it))
loop.close()
# stdout:
#| ('InvalidStateError', 'Result is not set.') ('InvalidStateError', 'Exception is not set.') ('TypeError', 'invalid exception object')
#| 1 1
#| 5 None False ('InvalidStateError', 'invalid state') ('InvalidStateError', 'invalid state')
#| True <Future finished result=5>
#| ('RuntimeError', 'StopIteration interacts badly with generators and cannot be raised into a Future') StopIteration()
#| True True ('CancelledError', 'why') <Future cancelled>
#| ('RuntimeError', 'Future object is not initialized.') ('RuntimeError', "There is no current event loop in thread 'MainThread'.")
#| False ('RuntimeError', "await wasn't used with future")
