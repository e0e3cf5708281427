for text in ("f'{'", "f'}'", "f'{}'", "f'{a b}'", "f'{a!x}'", "f'{a!}'", "f'{lambda x: 1}'", "f'{a'", "f'{!r}'", "f'{a:{b:{c}}}'", "bf''", "f'{a=b}'", "f'{*a}'"):
    try: compile(text, "t", "eval"); print("fine", text)
    except SyntaxError as e: print(text, "|", e.msg, e.offset)
# stdout:
#| f'{' | f-string: expecting '}' 4
#| f'}' | f-string: single '}' is not allowed 3
#| f'{}' | f-string: valid expression required before '}' 4
#| f'{a b}' | invalid syntax. Perhaps you forgot a comma? 4
#| f'{a!x}' | f-string: invalid conversion character 'x': expected 's', 'r', or 'a' 6
#| f'{a!}' | f-string: missing conversion character 6
#| f'{lambda x: 1}' | f-string: lambda expressions are not allowed without parentheses 4
#| f'{a' | f-string: expecting '}' 5
#| f'{!r}' | f-string: valid expression required before '!' 4
#| fine f'{a:{b:{c}}}'
#| bf'' | 'b' and 'f' prefixes are incompatible 1
#| f'{a=b}' | f-string: expecting '!', or ':', or '}' 6
#| f'{*a}' | can't use starred expression here 4
