def f():
    return "漢字" + 1 + len("é")
f()
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
