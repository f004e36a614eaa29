"""Commands that are listed without being loaded: `novacast --help` must not pay for what it does not run."""

import importlib
from collections.abc import Sequence
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """`module` has an `app`: a Typer with one command (a verb such as `serve`) or several (`user add`)."""

    name: str
    help: str
    panel: str
    file: str = ""
    """Of its module, where it can't be called as the noun is."""

    @property
    def module(self) -> str:
        return f"novacast_admin.cli.{self.file or self.name}"


class Deferred(TyperCommand):
    """Stands in for a noun in lists; becomes it as soon as it gets arguments."""

    def __init__(self, noun: Noun) -> None:
        super().__init__(noun.name, help=noun.help, rich_help_panel=noun.panel, add_help_option=False)
        self._module = noun.module

    def load(self) -> TyperCommand | TyperGroup:
        app = importlib.import_module(self._module).app
        command = typer.main.get_command(app)
        assert isinstance(command, (TyperCommand, TyperGroup))
        command.name = self.name
        return command

    def make_context(self, *args: Any, **extra: Any) -> Any:
        # Whoever makes a context of a command goes on with `context.command`, which is the real one from here.
        return self.load().make_context(*args, **extra)


class Root(TyperGroup):
    """The group of all nouns."""

    nouns: ClassVar[Sequence[Noun]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for noun in self.nouns:
            self.add_command(Deferred(noun))
