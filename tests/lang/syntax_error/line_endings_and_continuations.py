exec("a = 1\r\nb = 2\rc = (3,\r\n 4)\nprint(a, b, c)")
exec("x = 1 + \\\n 2\nprint(x)")
exec("if 1:\n  y = 1; z = 2\n\n  # comment\n  print(y, z)")
exec("if 1: pass\n\x0cprint('form feed')")
# stdout:
#| 1 2 (3, 4)
#| 3
#| 1 2
#| form feed
