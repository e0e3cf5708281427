def g():
    yield 1
    raise ValueError("in generator")
def use():
    for x in g():
        pass
use()
# stderr:
#| Traceback (most recent call last):
#|   File "generators_show_where_they_stood.py", line 7, in <module>
#|     use()
#|     ~~~^^
#|   File "generators_show_where_they_stood.py", line 5, in use
#|     for x in g():
#|              ~^^
#|   File "generators_show_where_they_stood.py", line 3, in g
#|     raise ValueError("in generator")
#| ValueError: in generator
# exit: 1
