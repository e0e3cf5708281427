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
# stdout:
#| 1 NAME 'x' 1 0 1 1
#| 1 EQUAL '=' 1 2 1 3
#| 1 NUMBER '1' 1 4 1 5
#| 1 NEWLINE '\n' 1 5 1 6
#| 2 NL '\n' 2 0 2 1
#| 3 COMMENT '# c' 3 0 3 3
#| 3 NL '\n' 3 3 3 4
#| 4 NAME 'def' 4 0 4 3
#| 4 NAME 'f' 4 4 4 5
#| 4 LPAR '(' 4 5 4 6
#| 4 NAME 'a' 4 6 4 7
#| 4 COMMA ',' 4 7 4 8
#| 4 NL '\n' 4 8 4 9
#| 5 NAME 'b' 5 6 5 7
#| 5 RPAR ')' 5 7 5 8
#| 5 COLON ':' 5 8 5 9
#| 5 NEWLINE '\n' 5 9 5 10
#| 6 INDENT '    ' 6 0 6 4
#| 7 STRING '"""doc\n    more"""' 6 4 7 11
#| 7 NEWLINE '\n' 7 11 7 12
#| 8 NAME 'if' 8 4 8 6
#| 8 NAME 'a' 8 7 8 8
#| 8 COLON ':' 8 8 8 9
#| 8 NEWLINE '\n' 8 9 8 10
#| 9 INDENT '        ' 9 0 9 8
#| 9 NAME 'y' 9 8 9 9
#| 9 EQUAL '=' 9 10 9 11
#| 10 NUMBER '3' 10 12 10 13
#| 10 NEWLINE '\n' 10 13 10 14
#| 11 NL '\n' 11 0 11 1
#| 12 COMMENT '# comment' 12 4 12 13
#| 12 NL '\n' 12 13 12 14
#| 13 DEDENT '' 13 0 13 0
#| 13 DEDENT '' 13 0 13 0
#| 13 NAME 'z' 13 0 13 1
#| 13 EQUAL '=' 13 2 13 3
#| 13 FSTRING_START 'f"""' 13 4 13 8
#| 14 FSTRING_MIDDLE 'a\n' 13 8 14 0
#| 14 LBRACE '{' 14 0 14 1
#| 14 NAME 'x' 14 1 14 2
#| 14 EXCLAMATION '!' 14 2 14 3
#| 14 NAME 'r' 14 3 14 4
#| 14 COLON ':' 14 4 14 5
#| 14 FSTRING_MIDDLE '>' 14 5 14 6
#| 14 LBRACE '{' 14 6 14 7
#| 14 NUMBER '3' 14 7 14 8
#| 14 RBRACE '}' 14 8 14 9
#| 14 FSTRING_MIDDLE '' 14 9 14 9
#| 14 RBRACE '}' 14 9 14 10
#| 15 FSTRING_MIDDLE '\nb' 14 10 15 1
#| 15 FSTRING_END '"""' 15 1 15 4
#| 15 PLUS '+' 15 5 15 6
#| 16 STRING '"q\\\nr"' 15 7 16 2
#| 16 NEWLINE '\n' 16 2 16 3
#| 17 ENDMARKER '' 17 0 17 0
