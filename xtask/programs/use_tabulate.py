import tabulate
for name in tabulate.tabulate_formats:
    print(name)
    print(tabulate.tabulate([["spam", 41.9999], ["eggs", "451.0"], [None, -1], ["wide 世界", 1e10]], headers=["item", "qty"], tablefmt=name, numalign="right"))
