"""Runs the command line in this process, as its entry point does, and tells what came of it."""

import atexit
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from novacast_admin.cli.main import run


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Novacast = Callable[..., Done]

SECRET = "a lamp in the projector"
_founded: dict[str, Path] = {}


def runner(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]) -> Novacast:
    """`novacast(...)` with `folder` as home and its `data` as data folder."""
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("NOVACAST_DATA", str(folder / "data"))

    def novacast(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["novacast", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return novacast


def venue_of_ada(novacast: Novacast, folder: Path, organization: str) -> None:
    """What `novacast init` makes of `folder`'s data folder, with SECRET as password: made once, and copied."""
    data = folder / "data"
    if organization in _founded:
        shutil.copytree(_founded[organization], data)
        return
    (folder / "first").write_text(f"{SECRET}\n")
    who = ("--email", "ada@lantern.example", "--name", "Ada", "--password-file", str(folder / "first"))
    done = novacast("init", *who, "--organization", organization)
    assert done.code == 0, done.err
    kept = Path(mkdtemp(prefix="novacast-tests-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    _founded[organization] = Path(shutil.copytree(data, kept / "data"))
