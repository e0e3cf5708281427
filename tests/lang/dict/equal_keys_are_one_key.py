d = {1: "int", 1.0: "float", True: "bool"}
print(d, {0: 1, False: 2}, {(1, 2): 3, (1.0, 2.0): 4}, {"a": 1}.get("a"))
nan = float("nan")
print(len({nan: 1, float("nan"): 2}), {nan: 1}[nan])
# stdout:
#| {1: 'bool'} {0: 2} {(1, 2): 4} 1
#| 2 1
