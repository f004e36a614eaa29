"""Databases that are migrated once for all tests that begin with such a one. How migrating goes is tested apart."""

import atexit
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from novacast.clock import SystemClock
from novacast.database import Migrations, migrate


def migrated(path: Path, sets: Sequence[Migrations]) -> None:
    """A new database at `path`, which must not be there."""
    assert not path.exists()
    shutil.copy(_template(tuple(sets)), path)


@cache
def _template(sets: tuple[Migrations, ...]) -> Path:
    folder = Path(mkdtemp(prefix="novacast-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(folder / "template.db", sets, SystemClock(), backups=folder)
    return folder / "template.db"


def before(migrations: Migrations, name: str) -> Migrations:
    """The set as it was when the step of that name was not there yet."""
    names = list(migrations.steps)
    older = Migrations(migrations.name)
    older.steps = {each: migrations.steps[each] for each in names[: names.index(name)]}
    return older
