"""Puts this environment's packages first in a running interpreter:

    import runpy
    runpy.run_path("/path/to/env/bin/activate_this.py")
"""

import os
import site
import sys

scripts = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(scripts)

os.environ["PATH"] = os.pathsep.join([scripts, *os.environ.get("PATH", "").split(os.pathsep)])
os.environ["VIRTUAL_ENV"] = root
os.environ["VIRTUAL_ENV_PROMPT"] = "{{PROMPT}}" or os.path.basename(root)

if os.name == "nt":
    packages = os.path.join(root, "Lib", "site-packages")
else:
    packages = os.path.join(root, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")

before = len(sys.path)
site.addsitedir(packages)
sys.path[:] = sys.path[before:] + sys.path[:before]
sys.prefix = root
