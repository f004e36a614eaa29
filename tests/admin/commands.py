"""Runs the command line in this process, as its entry point does, and tells what came of it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from novacast_admin.cli.main import run


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Novacast = Callable[..., Done]


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
