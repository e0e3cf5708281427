for text in ("match x:\n case a: pass\n case b: pass", "match x:\n case a | b: pass", "match x:\n case [a, a]: pass", "match x:\n case {1: a, 1: b}: pass", "match x:\n case [*a, *b]: pass", "match x:\n case a.b(): pass\n case 1 + 1: pass", "match x:\n case {**r, 'a': 1}: pass", "match x:\n case P(x=1, x=2): pass", "match x:\n case _ as _: pass", "match x:\n case a as b.c: pass", "match x:\ncase 1: pass"):
    try:
        compile(text, "t", "exec")
        print("fine")
    except SyntaxError as e:
        print(type(e).__name__, e.msg, e.lineno, e.offset)
# stdout:
#| SyntaxError name capture 'a' makes remaining patterns unreachable 2 7
#| SyntaxError name capture 'a' makes remaining patterns unreachable 2 7
#| SyntaxError multiple assignments to name 'a' in pattern 2 11
#| SyntaxError mapping pattern checks duplicate key (1) 2 7
#| SyntaxError multiple starred names in sequence pattern 2 7
#| SyntaxError imaginary number required in complex literal 3 11
#| SyntaxError invalid syntax 2 13
#| SyntaxError attribute name repeated in class pattern: x 2 16
#| SyntaxError cannot use '_' as a target 2 12
#| SyntaxError cannot use attribute as pattern target 2 12
#| IndentationError expected an indented block after 'match' statement on line 1 2 1
