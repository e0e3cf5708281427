e = ValueError("message")
e.add_note("first note")
e.add_note("second\nwith two lines")
raise e
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "notes_stand_below.py", line 4, in <module>
#|     raise e
#| ValueError: message
#| first note
#| second
#| with two lines
# exit: 1
