"""`novacast config`: what is in force, what is wrong, what there is."""

from pathlib import Path
from typing import Annotated

import typer

from novacast.settings import config_path, load, manual
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import out, print_json, print_table, say

app = noun_app(
    "Show, check and explain the settings.",
    group=True,
    epilog=examples(
        "novacast config path",
        "novacast config check",
        "novacast config show --changed",
    ),
)


@app.command(
    cls=Command,
    epilog=examples("novacast config show", "novacast config show --changed", "novacast config show --json"),
)
def show(
    context: typer.Context,
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the default.")] = False,
) -> None:
    """Show every setting as it is in force, secrets masked."""
    rows = [row for row in manual.shown(settings_of(context)) if row.changed or not changed]
    if invocation(context).json:
        print_json({row.key: row.value for row in rows})
    else:
        print_table(
            ("setting", "value", ""), [(row.key, manual.toml(row.value), "changed" * row.changed) for row in rows]
        )


@app.command(cls=Command, epilog=examples("novacast config check", "novacast config check /etc/novacast/config.toml"))
def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The file; without it the one that would be read.")] = None,
) -> None:
    """Check a settings file and the environment; name what is wrong and the nearest that is known."""
    path = config_path(file or invocation(context).config)
    load(file or invocation(context).config)
    read = path if path.is_file() else None
    if invocation(context).json:
        print_json({"valid": True, "file": None if read is None else str(read)})
    else:
        say(f"{read} is right." if read else f"There is no {path}; the defaults and the environment are right.")


@app.command(
    cls=Command,
    epilog=examples("novacast config example", "novacast config example > ~/.config/novacast/config.toml"),
)
def example(context: typer.Context) -> None:
    """Print a settings file that explains every setting."""
    if invocation(context).json:
        print_json({"file": manual.example()})
    else:
        out.file.write(manual.example())


@app.command(cls=Command, epilog=examples("novacast config path"))
def path(context: typer.Context) -> None:
    """Print which settings file is read and which folder holds the data."""
    given = invocation(context)
    file, data = config_path(given.config), settings_of(context).data
    if given.json:
        print_json({"config": str(file), "exists": file.is_file(), "data": str(data)})
    else:
        print_table(
            ("what", "where"), [("settings", f"{file}{'' if file.is_file() else ' (not there)'}"), ("data", data)]
        )
