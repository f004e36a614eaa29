"""Passwords on their way in: from a prompt, a file or a pipe, never from the command line, which others can read."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from novacast.errors import InvalidInput

LONGEST = 4096

PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Read the password from here; - is standard input."),
]


def password(file: Path | None, *, what: str = "Password", new: bool = True) -> str:
    """The first line of `file`, or what is typed, twice where it is new. `what`: Password or Passphrase.

    Raises InvalidInput where there is nobody to ask.
    """
    if file is not None:
        return first_line(file)
    if not sys.stdin.isatty():
        name = what.lower()
        raise InvalidInput(f"There is no terminal to ask for the {name} at. Give it with --{name}-file.")
    return str(typer.prompt(what, hide_input=True, confirmation_prompt=new, err=True))


def first_line(file: Path, what: str = "password") -> str:
    """Raises InvalidInput."""
    try:
        with nullcontext(sys.stdin) if str(file) == "-" else file.open(encoding="utf-8") as source:
            text = source.readline(LONGEST)
    except OSError as error:
        raise InvalidInput(f"The {what} can't be read from {file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The {what} can't be read from {file}: it is no text in UTF-8.") from error
    if not (line := text.rstrip("\r\n")):
        raise InvalidInput(f"The {what} in {file} is empty.")
    return line
