from queue import SimpleQueue, Empty
import threading
q, results = SimpleQueue(), []
workers = [threading.Thread(target=lambda: results.extend(iter(q.get, None))) for _ in range(3)]
for worker in workers: worker.start()
for n in range(100): q.put(n)
for worker in workers: q.put(None)
for worker in workers: worker.join()
print(sorted(results) == list(range(100)), q.empty(), q.qsize())
for wrong in (q.get_nowait, lambda: q.get(timeout=0.01), lambda: q.get(timeout=-1), lambda: q.get(timeout="x"), lambda: SimpleQueue(1)):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
# stdout:
#| True True 0
#| Empty 
#| Empty 
#| ValueError 'timeout' must be a non-negative number
#| TypeError 'str' object cannot be interpreted as an integer or float
#| TypeError SimpleQueue() takes no positional arguments
