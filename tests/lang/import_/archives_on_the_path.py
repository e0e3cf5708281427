import os, subprocess, sys, tempfile, zipfile, zipimport
print(sys.path_hooks[0])
with tempfile.TemporaryDirectory() as folder:
    archive = os.path.join(folder, "things.odd")
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("inside/__init__.py", "name = __name__, type(__loader__).__name__")
        z.writestr("inside/text.txt", "text")
        z.writestr("__main__.py", "import inside, sys; print('main', __name__, inside.name, len(sys.argv))")
    sys.path.insert(0, archive)
    import inside, pkgutil
    print(inside.name, pkgutil.get_data("inside", "text.txt"))
    print(subprocess.run([sys.executable, archive, "x"], capture_output=True, text=True).stdout, end="")
    with open(os.path.join(folder, "here.py"), "w") as file:
        file.write("import sys; print(sys.path[0] == %r, __name__)" % os.path.realpath(folder))
    print(subprocess.run([sys.executable, "-m", "here"], cwd=folder, capture_output=True, text=True).stdout, end="")
    print(subprocess.run([sys.executable, "-P", "-m", "here"], cwd=folder, capture_output=True, text=True).returncode)
# stdout:
#| <class 'zipimport.zipimporter'>
#| ('inside', 'zipimporter') b'text'
#| main __main__ ('inside', 'zipimporter') 2
#| True __main__
#| 1
