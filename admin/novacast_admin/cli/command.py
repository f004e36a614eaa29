"""What every command has: --data, --config and --json before or after its name, and examples in its help."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from novacast.records import dataclass

if TYPE_CHECKING:
    from novacast.settings import Settings


@dataclass(slots=True)
class Invocation:
    """What the options that all commands share were set to."""

    data: Path | None = None
    config: Path | None = None
    json: bool = False


running: ContextVar[typer.Context | None] = ContextVar("command", default=None)
"""The command under way, from when it asks for its settings."""


def invocation(context: typer.Context) -> Invocation:
    root = context.find_root()
    if not isinstance(root.obj, Invocation):
        root.obj = Invocation()
    return root.obj


def _record(name: str) -> Callable[[typer.Context, Any], Any]:
    def record(context: typer.Context, value: Any) -> Any:
        # Absent here must not undo what was given before the command's name.
        if value and not context.resilient_parsing:
            setattr(invocation(context), name, value)
        return value

    return record


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        help="Folder of all state.",
        callback=_record("data"),
        expose_value=False,
        file_okay=False,
        rich_help_panel="Everywhere",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file.",
        callback=_record("config"),
        expose_value=False,
        rich_help_panel="Everywhere",
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Answer in JSON for scripts.",
        callback=_record("json"),
        expose_value=False,
        rich_help_panel="Everywhere",
    ),
]


@cache
def _shared() -> tuple[Any, ...]:
    app = typer.Typer(add_completion=False)

    @app.command()
    def shared(data: Data = None, config: Config = None, json: Json = False) -> None:
        """Only here to have its options."""

    return tuple(typer.main.get_command(app).params)


class Command(TyperCommand):
    """A command with the shared options behind its own."""

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.params = [*self.params, *_shared()]


class Group(TyperGroup):
    """A noun with verbs, which takes the shared options too."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.params = [*self.params, *_shared()]


def examples(*lines: str) -> str:
    """The end of a command's help: each line is one that can be typed as it stands."""
    # Typer joins single line breaks and escapes nothing; an empty line keeps examples apart.
    shown = (f"  [cyan]{line.replace('[', chr(92) + '[')}[/cyan]" for line in lines)
    return "\n\n".join(["[dim]Examples:[/dim]", *shown])


def noun_app(about: str, *, group: bool = False, epilog: str = "") -> typer.Typer:
    """The app of one noun's module. A `group` has verbs below it even while it has only one, and examples of them."""
    app = typer.Typer(
        cls=Group,
        help=about,
        epilog=epilog or None,
        no_args_is_help=group,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if group:
        app.callback()(lambda: None)
    return app


def settings_of(context: typer.Context, **overrides: Any) -> "Settings":
    """The settings that hold here. `overrides` as `novacast.settings.load` takes them; None is absent."""
    from novacast.settings import load

    running.set(context)
    given = invocation(context)
    chosen = {name: value for name, value in overrides.items() if value is not None}
    if given.data is not None:
        chosen["data"] = given.data
    return load(given.config, **chosen)
