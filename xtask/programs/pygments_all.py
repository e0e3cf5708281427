import glob, hashlib, os, sys
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
os.chdir(sys.argv[1])
for path in sorted(glob.glob("**/*.py", recursive=True)):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (UnicodeDecodeError, FileNotFoundError):
        continue
    print(path, hashlib.sha1(highlight(text, PythonLexer(), HtmlFormatter()).encode()).hexdigest())
