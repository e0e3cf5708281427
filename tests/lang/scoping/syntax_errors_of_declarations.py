for text in ("def f():\n x = 1\n global x", "def f():\n print(x)\n global x", "def f():\n nonlocal x", "nonlocal x", "def f(x):\n global x", "def f():\n global x\n nonlocal x", "def f(a, a): pass", "global x\nx: int = 1", "def f():\n global x\n x: int", "lambda: (x := 1, [x := 2 for x in y])", "class A: [y := 1 for x in z]"):
    try: compile(text, "t", "exec"); print("fine", text)
    except SyntaxError as e: print(e.msg, e.lineno, e.offset)
# stdout:
#| name 'x' is assigned to before global declaration 3 2
#| name 'x' is used prior to global declaration 3 2
#| no binding for nonlocal 'x' found 2 2
#| nonlocal declaration not allowed at module level 1 1
#| name 'x' is parameter and global 2 2
#| name 'x' is nonlocal and global 2 2
#| duplicate argument 'a' in function definition 1 10
#| fine global x
#| x: int = 1
#| annotated name 'x' can't be global 3 2
#| assignment expression cannot rebind comprehension iteration variable 'x' 1 19
#| assignment expression within a comprehension cannot be used in a class body 1 11
