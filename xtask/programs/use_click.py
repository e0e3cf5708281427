import click
from click.testing import CliRunner
@click.group(context_settings={"max_content_width": 90})
@click.version_option("1.2", prog_name="tool")
@click.option("--debug/--no-debug", default=False, help="Say more.")
@click.pass_context
def cli(ctx, debug):
    """A tool with commands."""
    ctx.obj = debug
@cli.command()
@click.argument("names", nargs=-1)
@click.option("-n", "--count", type=click.IntRange(1, 5), default=1, show_default=True)
@click.option("--kind", type=click.Choice(["a", "b"]), envvar="KIND")
@click.pass_obj
def greet(debug, names, count, kind):
    """Greets NAMES."""
    for name in names * count:
        click.echo(f"hello {click.style(name, fg='green')} {kind} {debug}")
@cli.command()
@click.option("--when", type=click.DateTime())
@click.option("--path", type=click.Path(exists=True))
@click.confirmation_option(prompt="Sure?")
def drop(when, path):
    click.secho(f"dropped {when} {path}", bold=True)
runner = CliRunner()
for words in ([], ["--help"], ["--version"], ["greet", "--help"], ["greet", "x", "y", "-n", "2"], ["--debug", "greet", "q", "--kind", "b"], ["greet", "-n", "9"],
              ["greet", "--kind", "z"], ["nope"], ["greet", "--wat"], ["drop", "--when", "2024-02-30"], ["drop", "--yes", "--when", "2024-02-28"], ["drop", "--path", "/no/such"]):
    result = runner.invoke(cli, words, input="y\n", color=True)
    print(words, result.exit_code, result.exception)
    print(result.output)
