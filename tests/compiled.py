"""Templates of pages, compiled once for all servers of a run. How they are compiled and kept is tested apart."""

import atexit
import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp

_FILES = "__jinja2_*"


@cache
def templates() -> Path:
    """A folder for `Parts.cache`; xdist's workers share one."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    folder = Path(gettempdir(), f"novacast-tests-{run}") if run else Path(mkdtemp(prefix="novacast-tests-"))
    folder.mkdir(mode=0o700, exist_ok=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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
