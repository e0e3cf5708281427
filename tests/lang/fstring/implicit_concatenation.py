a = 1
print("x{a}" f"{a}" "y" rf"\{a}")
# stdout:
#| x{a}1y\1
