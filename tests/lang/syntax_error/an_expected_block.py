def f():
x = 1
# stderr:
#|   File "an_expected_block.py", line 2
#|     x = 1
#|     ^
#| IndentationError: expected an indented block after function definition on line 1
# exit: 1
