def f():
    return "漢字" + 1 + len("é")
f()
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "wide_characters_keep_the_carets_in_place.py", line 3, in <module>
#|     f()
#|     ~^^
#|   File "wide_characters_keep_the_carets_in_place.py", line 2, in f
#|     return "漢字" + 1 + len("é")
#|            ~~~~~~~^~~
#| TypeError: can only concatenate str (not "int") to str
# exit: 1
