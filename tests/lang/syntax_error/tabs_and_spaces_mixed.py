if 1:
        x = 1
	y = 2
# stderr:
#|   File "tabs_and_spaces_mixed.py", line 3
#|     	y = 2
#|     ^
#| TabError: inconsistent use of tabs and spaces in indentation
# exit: 1
