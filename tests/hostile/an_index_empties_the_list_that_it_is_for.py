items = [1, 2, 3, 4]


class Index:
    def __index__(self):
        del items[:]
        return 3


def store():
    items[Index()] = 1


def delete():
    del items[Index()]


for act in (store, delete, lambda: items[Index()]):
    items.extend(range(4))
    try:
        act()
    except IndexError as error:
        print(error, items)
# stdout:
#| list assignment index out of range []
#| list assignment index out of range []
#| list index out of range []
