print("before", flush=True)
raise KeyboardInterrupt
# stdout:
#| before
# stderr:
#| Traceback (most recent call last):
#|   File "keyboard_interrupt_dies_by_the_signal.py", line 2, in <module>
#|     raise KeyboardInterrupt
#| KeyboardInterrupt
# exit: signal 2
