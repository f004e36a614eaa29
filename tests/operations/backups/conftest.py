import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.operations.backups.service import Backups
from novacast.settings import Backups as BackupSettings
from novacast.settings import Settings
from novacast.tables import MIGRATIONS
from tests.databases import migrated
from tests.fakes.clock import FakeClock


@pytest.fixture
def settings(folder: DataFolder, tmp_path: Path) -> Settings:
    """A venue with a database and files of every room, whose backups go to `tmp_path / "disk"`."""
    migrated(folder.database, MIGRATIONS)
    film = folder.media / "film"
    film.mkdir()
    for number in range(3):
        (film / f"seg_{number:05}.m4s").write_bytes(os.urandom(50_000))
    (film / "original.mov").write_bytes(os.urandom(9_000_000))
    (film / "empty.vtt").touch()
    programme = folder.live / "show" / "720"
    programme.mkdir(parents=True)
    (programme / "seg_00000.m4s").write_bytes(os.urandom(1000))
    (folder.live / "show" / "journal").write_bytes(b"a line\n")
    (folder.posters / "poster.webp").write_bytes(os.urandom(2000))
    (folder.keys / "installation.key").write_bytes(os.urandom(32))
    (folder.cache / "again.bin").write_bytes(bytes(1000))
    return Settings(data=folder.root, backups=BackupSettings(folder=str(tmp_path / "disk")))


@pytest.fixture
def backups(settings: Settings, clock: FakeClock, tmp_path: Path) -> Backups:
    """Set up, and none made yet."""
    config = tmp_path / "config.toml"
    config.write_text('instance = "The Lantern"\n')
    own = Backups(settings, clock, config)
    own.begin(None)
    return own


def moved(settings: Settings, place: Path) -> Settings:
    return replace(settings, backups=replace(settings.backups, folder=str(place)))


def said(database: Path, words: str) -> None:
    """Write something into the venue's database that can be found again."""
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (words TEXT)")
        connection.execute("INSERT INTO said VALUES (?)", (words,))
    connection.close()


def heard(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT words FROM said ORDER BY rowid").fetchall()
    connection.close()
    return [row[0] for row in rows]


def contents(root: Path, *rooms: str) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for room in rooms
        for path in sorted((root / room).rglob("*"))
        if path.is_file()
    }
