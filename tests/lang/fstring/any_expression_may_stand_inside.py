print(f"{(lambda x: x * 2)(3)} {[i for i in range(3)]} {1 if 0 else 2} {(y := 4)} {y} {not 1} {1, 2} {*[1, 2],}")
# stdout:
#| 6 [0, 1, 2] 2 4 4 False (1, 2) (1, 2)
