"""A module in a folder in front of sys.path is taken before the library's of its name; builtin ones are not hidden."""
import os
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    for name in ("colorsys", "this", "math"):
        with open(os.path.join(folder, f"{name}.py"), "w") as file:
            file.write(f"origin = 'program {name}'\n")
    sys.path.insert(0, folder)
    import colorsys
    print(colorsys.origin)
    try:
        colorsys.rgb_to_hsv
    except AttributeError as error:
        print(error)
    try:
        from colorsys import rgb_to_hsv
    except ImportError as error:
        print(str(error).replace(folder, "FOLDER"))
# stdout:
#| program colorsys
#| module 'colorsys' has no attribute 'rgb_to_hsv'
#| cannot import name 'rgb_to_hsv' from 'colorsys' (FOLDER/colorsys.py)
