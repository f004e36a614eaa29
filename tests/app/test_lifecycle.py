"""The server as a process: how it starts, refuses to start, and stops."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.settings import load
from tests.app.venue import FAST, PASSWORD, Venue, found, open_venue
from tests.waiting import until


def serve(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`novacast serve` that is expected to refuse."""
    return command(folder, "serve", *arguments, **environment)


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"], "HOME": str(folder), "NOVACAST_DATA": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", "from novacast_admin.cli.main import run; run()", *arguments],
        env=base | FAST | environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_second_server_on_the_same_folder_is_refused_with_the_reason(venue: Venue) -> None:
    second = serve(venue.folder)
    assert second.returncode != 0
    assert venue.process is not None
    assert str(venue.process.pid) in second.stderr
    assert "already_running" in second.stderr
    assert "Traceback" not in second.stderr
    assert (await venue.ask("GET", "/")).status == 200


@pytest.mark.slow
async def test_a_taken_port_is_refused_by_number(tmp_path: Path, listener: int) -> None:
    await found(tmp_path / "data")
    refused = serve(tmp_path / "data", "--port", str(listener))
    assert refused.returncode != 0
    assert str(listener) in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self").exists(), reason="needs Linux")
async def test_an_unusable_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = serve(tmp_path / "file")
    assert refused.returncode != 0
    assert f"{tmp_path / 'file'} can't be used: a file is in the way." in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    venue = await found(tmp_path / "data")
    from novacast.database.connection import open_writer

    connection = open_writer(DataFolder(venue.folder).database)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vods', 'm999_holograms', '2030')"
    )
    connection.close()
    refused = serve(venue.folder)
    assert refused.returncode != 0
    assert "m999_holograms" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_term_ends_it_in_order_and_its_worker_with_it(venue: Venue) -> None:
    assert venue.process is not None
    children = Path(f"/proc/{venue.process.pid}/task/{venue.process.pid}/children").read_text().split()
    assert venue.end() == 0
    assert "stopping" in venue.said()
    assert not [child for child in children if Path(f"/proc/{child}/cmdline").exists()]
    assert not DataFolder(venue.folder).socket.exists()
    assert not DataFolder(venue.folder).database.with_name("novacast.db-wal").exists(), "the log was folded back"


async def test_after_kill_9_it_starts_again_on_the_same_folder(venue: Venue) -> None:
    token = await venue.token("owner")
    venue.end(signal.SIGKILL)
    await venue.start()
    answer = await venue.ask("GET", "/api/v1/me", token)
    assert (answer.status, answer.json["email"]) == (200, "owner@venue.example")


async def test_a_worker_that_is_killed_comes_back(tmp_path: Path) -> None:
    async with open_venue(tmp_path / "data") as venue:
        await until(lambda: bool(venue.workers()))
        [first] = venue.workers()
        os.kill(first, signal.SIGKILL)
        await until(lambda: bool(set(venue.workers()) - {first}))


@pytest.mark.slow
async def test_a_server_on_an_empty_folder_can_still_be_given_its_owner(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "secret").write_text(PASSWORD)
    venue = Venue(tmp_path / "data", org="")
    await venue.start()
    try:
        who = ["--email", "owner@venue.example", "--name", "Olive", "--password-file", str(tmp_path / "secret")]
        made = command(venue.folder, "init", *who)
        assert made.returncode == 0, made.stderr
        answer = await venue.ask("GET", "/api/v1/me", await venue.token("owner"))
        assert answer.json["name"] == "Olive"
    finally:
        venue.end(signal.SIGKILL)


def test_settings_reach_the_worker_unchanged(tmp_path: Path) -> None:
    from novacast.settings import as_environment

    given = {"HOME": str(tmp_path), "NOVACAST_DATA": str(tmp_path), "NOVACAST_TRANSCODE_HEIGHTS": "144,360"}
    given |= {"NOVACAST_MAIL_PASSWORD": "a=b, c", "NOVACAST_SERVER_PORT": "81", "NOVACAST_SERVER_UVLOOP": "no"}
    settings = load(environ=given)
    assert load(environ=as_environment(settings)) == settings
    assert json.loads(json.dumps(as_environment(settings))) == as_environment(settings)
