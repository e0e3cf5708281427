import tokenize
source = '''x = 1

# c
def f(a,
      b):
    """doc
    more"""
    if a:
        y = \\
            3

    # comment
z = f"""a
{x!r:>{3}}
b""" + "q\\
r"
'''
lines, count = iter(source.splitlines(True)), 0
def readline():
    global count
    count += 1
    return next(lines)
for token in tokenize.generate_tokens(readline):
    print(count, tokenize.tok_name[token.exact_type], repr(token.string), *token.start, *token.end)
