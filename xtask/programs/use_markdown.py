import markdown
text = """# Title\n\nSome *text* with `code` and [link](http://example.org "t").\n\n- a\n- b\n    1. c\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n[^1]: note\n\nHello[^1] world\n\nTerm\n:   Definition\n\n!!! note\n    text\n\n[TOC]\n\n*[HTML]: Hyper\n"""
print(markdown.markdown(text, extensions=["extra", "toc", "admonition", "codehilite", "meta", "nl2br", "sane_lists", "smarty", "wikilinks"]))
