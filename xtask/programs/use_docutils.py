import glob, os, sys
from docutils.core import publish_string
for path in sorted(glob.glob(os.path.join(sys.argv[1], "**", "*.rst"), recursive=True)):
    if os.path.basename(path).startswith("header"):
        continue
    os.chdir(os.path.dirname(path))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    html = publish_string(text, source_path=path, writer="html5", settings_overrides={"datestamp": None, "report_level": 2, "embed_stylesheet": False})
    print(path, len(html))
    print(html.decode())
