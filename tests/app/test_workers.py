"""A worker of its own, as `novacast-worker.service` starts it: which databases it touches."""

import logging
import os
import subprocess
import sys

import pytest

from novacast.database.connection import open_writer
from novacast.errors import NewerDatabase
from novacast.folder import DataFolder
from novacast.notifications.service import JOB as SEND
from novacast.settings import Settings
from novacast.tables import MIGRATIONS
from novacast.worker import run, table
from tests.databases import migrated


def upgrade(folder: DataFolder) -> None:
    """What a later version would leave behind."""
    connection = open_writer(folder.database)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vods', 'm999_holograms', '2030')"
    )
    connection.close()


def test_a_worker_that_comes_before_the_server_waits_for_the_database(folder: DataFolder) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.root), "NOVACAST_DATA": str(folder.root)}
    with subprocess.Popen(
        [sys.executable, "-c", "from novacast_admin.cli.main import run; run()", "worker"],
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stderr is not None
        try:
            assert "waits for the server" in worker.stderr.readline()
            assert not folder.database.exists(), "a database is the server's to make"
            ready = folder.root / "ready.db"
            migrated(ready, MIGRATIONS)
            ready.rename(folder.database)
            assert "is up to date" in worker.stderr.readline()
        finally:
            worker.kill()


def test_a_worker_of_an_older_program_is_refused(folder: DataFolder) -> None:
    migrated(folder.database, MIGRATIONS)
    upgrade(folder)
    with pytest.raises(NewerDatabase, match="m999_holograms"):
        run(Settings(data=folder.root))


async def test_a_worker_that_an_upgrade_overtook_leaves_its_jobs_to_the_next(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    migrated(folder.database, MIGRATIONS)
    upgrade(folder)
    before = folder.database.read_bytes()
    with caplog.at_level(logging.ERROR):
        await table(Settings(data=folder.root))[SEND]("a-mail")
    assert "restart this one" in caplog.text
    assert folder.database.read_bytes() == before
