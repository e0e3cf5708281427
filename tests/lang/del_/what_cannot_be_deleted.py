for t in ("del 1", "del f()", "del (a, 1)", "del a + b", "del *a", "del (x := 1)", "del None", "del [a, b()]", "del a if b else c", "del 'x'"):
    try: compile(t, "t", "exec"); print("fine", t)
    except SyntaxError as e: print(e.msg, e.offset, e.end_offset)
# stdout:
#| cannot delete literal 5 6
#| cannot delete function call 5 8
#| cannot delete literal 9 10
#| cannot delete expression 5 10
#| cannot delete starred 5 7
#| cannot delete named expression 6 12
#| cannot delete None 5 9
#| cannot delete function call 9 12
#| cannot delete conditional expression 5 18
#| cannot delete literal 5 8
