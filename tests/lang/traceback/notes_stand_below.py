e = ValueError("message")
e.add_note("first note")
e.add_note("second\nwith two lines")
raise e
# stderr:
#| Traceback (most recent call last):
#|   File "notes_stand_below.py", line 4, in <module>
#|     raise e
#| ValueError: message
#| first note
#| second
#| with two lines
# exit: 1
