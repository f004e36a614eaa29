"""What is read and compiled once for a whole run of tests: the pages' files and templates, and the scripts of the
browser's driver. How that is done is tested apart."""

import atexit
import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from novacast.web.server import HERE
from novacast.web.static import StaticFiles

_FILES = "__jinja2_*"


@cache
def static() -> StaticFiles:
    """For `Parts.static`."""
    return StaticFiles(HERE / "static")


def templates() -> Path:
    """A folder for `Parts.cache`."""
    return _folder("templates")


def scripts() -> Path:
    """A folder for Node.js (NODE_COMPILE_CACHE)."""
    return _folder("scripts")


@cache
def _folder(name: str) -> Path:
    """xdist's workers share it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    top = Path(gettempdir(), f"novacast-tests-{run}") if run else Path(mkdtemp(prefix="novacast-tests-"))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    (top / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return top / name


def lend(cache: Path) -> None:
    """To a venue of its own process, in which they are found in `cache`."""
    _link(templates(), cache)


def keep(cache: Path) -> None:
    """What such a venue compiled besides."""
    _link(cache, templates())


def _link(source: Path, target: Path) -> None:
    """Nobody writes into these files: another one takes their place."""
    for file in source.glob(_FILES):
        with suppress(FileExistsError, FileNotFoundError):
            os.link(file, target / file.name)
