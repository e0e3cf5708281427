import threading
def hook(a):
    tb = a.exc_traceback
    while tb.tb_next: tb = tb.tb_next
    print(a.exc_type.__name__, a.exc_value, a.thread.name, tb.tb_lineno)
threading.excepthook = hook
def work():
    raise ValueError("in thread")
t = threading.Thread(target=work, name="worker")
t.start()
t.join()
print("main goes on")
# stdout:
#| ValueError in thread worker 8
#| main goes on
