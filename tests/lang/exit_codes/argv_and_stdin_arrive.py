# argv: a -b --c
# stdin: hello
import sys
print(sys.argv[1:], sys.stdin.read())
# stdout:
#| ['a', '-b', '--c'] hello
#|
