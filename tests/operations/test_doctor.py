"""`novacast doctor` finds what is wrong, says how to mend it, and harms nothing."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from novacast import outbox
from novacast.accounts import schema as accounts
from novacast.clock import DAY, SECOND, SystemClock
from novacast.folder import DataFolder
from novacast.jobs import JobQueue, connect
from novacast.notifications import schema as notifications
from novacast.notifications.store import failed
from novacast.operations import doctor, machine, state
from novacast.operations.models import Finding, State, healthy
from novacast.settings import Settings, replace
from tests.databases import migrated
from tests.fakes.clock import FakeClock

SETS = (outbox.migrations, accounts.migrations, notifications.migrations)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder.at(tmp_path / "data")
    folder.prepare()
    migrated(folder.database, SETS)
    return folder


def settings(**values: object) -> Settings:
    chosen = Settings()
    for key, value in values.items():
        chosen = replace(chosen, key.replace("__", "."), value)
    return chosen


async def database(folder: DataFolder) -> Finding:
    return await state.database(Settings(), folder, SystemClock(), SETS)


async def test_a_sound_venue_is_healthy(folder: DataFolder) -> None:
    wanted = settings(data=folder.root, server__port=0, uploads__reserve_bytes=0)
    findings = [finding async for finding in doctor.examine(wanted, SystemClock(), SETS, failed)]
    assert [finding.check for finding in findings] == [
        "python", "clock", "files", "permissions", "disk", "port", "live", "ffmpeg", "encoders", "database", "queue",
        "backups", "mail",
    ]  # fmt: skip
    assert healthy(findings), findings
    assert all(finding.mend for finding in findings if finding.state is not State.OK)


async def test_looking_makes_no_data_folder(tmp_path: Path) -> None:
    wanted = settings(data=tmp_path / "none", server__port=0)
    findings = [finding async for finding in doctor.examine(wanted, SystemClock(), SETS, failed)]
    assert not (tmp_path / "none").exists()
    assert {finding.check for finding in findings if finding.state is State.FAILED} <= {"disk"}


async def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(folder: DataFolder) -> None:
    folder.queue.mkdir()
    wanted = settings(data=folder.root, server__port=0, uploads__reserve_bytes=0)
    findings = {finding.check: finding async for finding in doctor.examine(wanted, SystemClock(), SETS, failed)}
    assert findings["queue"].state is State.FAILED
    assert findings["database"].state is State.OK


async def test_mails_given_up_are_a_warning_with_the_reason(folder: DataFolder) -> None:
    clock = SystemClock()
    recent, old = clock.now(), clock.now() - 8 * DAY
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as db:
        db.executemany(
            "INSERT INTO mail (to_address, template, language, context, state, next_at, created_at, id, error, "
            "ended_at) VALUES ('a@example.org', 'invitation', 'en', '{}', 'failed', 0, 0, ?, ?, ?)",
            [("m1", "550 nobody here", recent), ("m2", "554 no spam please", recent - 1), ("m3", "long ago", old)],
        )
    found = await state.mail(folder, clock, SETS, failed)
    assert (found.state, bool(found.mend)) == (State.WARNING, True)
    assert "2 mails" in found.message
    assert "invitation): 550 nobody here" in found.message
    assert "example.org" not in found.message


async def test_a_damaged_database_is_found(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as db:
        db.executemany(
            "INSERT INTO outbox (at, topic, subject, audience, payload) VALUES (1, 't', 's', 'public', ?)",
            [('"' + "x" * 900 + '"',)] * 200,
        )
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = folder.database.stat().st_size
    with folder.database.open("r+b") as file:
        for page in range(size // 8192, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(600))
    found = await database(folder)
    assert found.state is State.FAILED
    assert str(folder.backups) in found.mend


async def test_a_file_that_is_no_database_is_found(folder: DataFolder) -> None:
    folder.database.write_bytes(b"no database at all" * 500)
    for suffix in ("-wal", "-shm"):
        folder.database.with_name(folder.database.name + suffix).unlink(missing_ok=True)
    assert (await database(folder)).state is State.FAILED


async def test_a_database_of_a_newer_program_is_found(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as db:
        db.execute("UPDATE _sqlite_migrations SET name = 'm999_later' WHERE name = 'm001_outbox'")
    found = await database(folder)
    assert found.state is State.FAILED
    assert "newer" in found.message


async def test_due_migrations_are_a_warning_that_names_the_command(folder: DataFolder) -> None:
    folder.database.unlink()
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as db:
        db.execute("CREATE TABLE old (a)")
    found = await database(folder)
    assert found.state is State.WARNING
    assert found.mend == "novacast migrate"


async def test_rows_that_point_nowhere_are_found(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as db:
        db.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE child (parent INTEGER REFERENCES parent (id))")
        db.execute("INSERT INTO child VALUES (7)")
    found = await database(folder)
    assert found.state is State.FAILED
    assert "child -> parent" in found.message


def test_a_port_that_another_program_has_is_found(listener: int) -> None:
    found = machine.port(settings(server__port=listener), served=False)
    assert found.state is State.FAILED
    assert str(listener) in found.message
    assert "server.port" in found.mend


def test_a_port_for_encoders_that_another_program_has_is_found(listener: int) -> None:
    wanted = settings(live__rtmp_port=listener)
    found = machine.encoder_ports(wanted, served=False)
    assert (found.check, found.state) == ("live", State.FAILED)
    assert "live.rtmp_port" in found.mend
    assert machine.encoder_ports(wanted, served=True).state is State.OK
    assert machine.encoder_ports(settings(live__rtmp_port=0), served=False).state is State.OK


def test_a_port_that_our_own_server_has_is_right(listener: int) -> None:
    assert machine.port(settings(server__port=listener), served=True).state is State.OK


def test_an_address_that_is_not_of_this_machine_is_found() -> None:
    found = machine.port(settings(server__host="192.0.2.1"), served=False)
    assert found.state is State.FAILED
    assert "server.host" in found.mend


def test_a_full_disk_is_found(folder: DataFolder) -> None:
    free = shutil.disk_usage(folder.root).free
    assert machine.disk(settings(uploads__reserve_bytes=free * 2), folder).state is State.FAILED
    assert machine.disk(settings(uploads__reserve_bytes=free - 1024**2), folder).state is State.WARNING


def test_a_clock_in_the_past_is_found(folder: DataFolder) -> None:
    assert machine.time(FakeClock(5 * SECOND), folder).state is State.FAILED


def test_a_clock_behind_what_was_written_is_found(folder: DataFolder) -> None:
    now = SystemClock().now()
    found = machine.time(FakeClock(now - 2 * DAY), folder)
    assert found.state is State.FAILED
    assert "was written at" in found.message


def test_a_clock_that_is_right_is_right(folder: DataFolder) -> None:
    assert machine.time(SystemClock(), folder).state is State.OK


def test_keys_that_others_can_read_are_found(folder: DataFolder) -> None:
    key = folder.keys / "session.key"
    key.write_bytes(b"x" * 32)
    key.chmod(0o600)
    assert state.permissions(folder).state is State.OK
    key.chmod(0o640)
    found = state.permissions(folder)
    assert found.state is State.WARNING
    assert str(key) in found.message
    assert "chmod" in found.mend


def test_a_folder_that_others_can_read_is_found(folder: DataFolder) -> None:
    folder.root.chmod(0o755)
    assert state.permissions(folder).state is State.WARNING


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_found(folder: DataFolder) -> None:
    os.chown(folder.root, 65534, 65534)
    found = state.permissions(folder)
    assert found.state is State.FAILED
    assert "65534" in found.message


async def test_waiting_jobs_are_counted(folder: DataFolder) -> None:
    jobs = JobQueue(connect(Settings().jobs, folder.queue))
    for number in range(3):
        jobs.enqueue("a.job", str(number))
    await jobs.close()
    found = await state.queue(Settings(), folder)
    assert found.state is State.OK
    assert found.message == "3 jobs wait."


async def test_an_ffmpeg_that_is_none_is_found_with_the_reason(folder: DataFolder, tmp_path: Path) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    found = await machine.ffmpeg(settings(transcode__ffmpeg=str(fake)), folder)
    assert found.state is State.FAILED
    assert str(fake) in found.message


def test_the_holder_of_a_folder_is_seen_and_not_disturbed(folder: DataFolder) -> None:
    assert not folder.held()
    with folder.lock():
        assert folder.held()
        assert (folder.root / "server.lock").read_text() == f"{os.getpid()}\n"
    assert not folder.held()


def test_a_backup_that_is_late_is_told(folder: DataFolder, clock: FakeClock) -> None:
    assert "None are made" in state.backups(Settings(), folder, clock).message
    wanted = settings(backups__folder="/mnt/disk")
    assert state.backups(wanted, folder, clock).state is State.WARNING
    (folder.backups / "last.json").write_text(f'{{"id": "x", "at": {clock.now()}, "target": "/mnt/disk"}}')
    assert state.backups(wanted, folder, clock).state is State.OK
    clock.advance(49 * 3600)
    late = state.backups(wanted, folder, clock)
    assert (late.state, "daily" in late.message) == (State.WARNING, True)
    assert state.backups(replace(wanted, "backups.every", "never"), folder, clock).state is State.OK
