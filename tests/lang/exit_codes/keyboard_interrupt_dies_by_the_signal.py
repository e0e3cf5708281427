print("before", flush=True)
raise KeyboardInterrupt
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stdout:
#| before
# stderr:
#| Traceback (most recent call last):
#|   File "keyboard_interrupt_dies_by_the_signal.py", line 2, in <module>
#|     raise KeyboardInterrupt
#| KeyboardInterrupt
# exit: signal 2
