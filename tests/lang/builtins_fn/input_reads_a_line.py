# stdin: first line
# stdin: 42
a = input("prompt> ")
print(repr(a))
print(int(input()) + 1)
try: input()
except EOFError as e: print(e)
# stdout:
#| prompt> 'first line'
#| 43
#| EOF when reading a line
