import io
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.pretty import Pretty
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree
from rich.traceback import Traceback
for color in (None, "truecolor"):
    console = Console(file=io.StringIO(), width=80, force_terminal=color is not None, color_system=color, legacy_windows=False)
    table = Table(title="Table", show_lines=True)
    table.add_column("name", justify="right", style="cyan")
    table.add_column("value [b]x[/b]")
    table.add_row("one", "[red]1[/red]")
    table.add_row("世界", "long " * 12)
    console.print(table, Panel("panel :smile:"), Pretty({"a": [1, 2, {"b": (None, True)}], "c": "x" * 50}))
    console.print(Markdown("# Head\n\n* a\n* b\n\n> quote\n\n```python\ndef f(): pass\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))
    tree = Tree("root")
    tree.add("leaf").add("[bold]deeper")
    console.print(tree, Syntax("import os\nprint(os.path)", "python", line_numbers=True))
    console.rule("rule")
    console.print([1, 2.5, "x", "http://a.b/c", "127.0.0.1"])
    try:
        1 / 0
    except ZeroDivisionError as error:
        console.print(Traceback.from_exception(type(error), error, None))
    print(console.file.getvalue())
