"""A venue that began when a transcode was one job goes on: its database is brought up to date with all its rows."""

import shutil
import sqlite3
from collections.abc import Sequence

import pytest

from novacast.clock import SECOND
from novacast.database import Migrations, migrate
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FindFFmpeg
from novacast.tables import MIGRATIONS
from novacast.vods import schema
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TaskState, TranscodeState
from tests.databases import before
from tests.fakes.clock import FakeClock
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House

NOW = 1_700_000_000 * SECOND
STATES = ("queued", "running", "done", "failed", "cancelled")


def until_m005() -> Sequence[Migrations]:
    """All sets, with that of the videos as it was before tasks."""
    older = before(schema.migrations, next(name for name in schema.migrations.steps if name.startswith("m006")))
    assert list(older.steps)[-1] == "m005_positions"
    behind = MIGRATIONS.index(schema.migrations)
    return (*MIGRATIONS[:behind], older)


@pytest.fixture
def old(folder: DataFolder, clock: FakeClock) -> DataFolder:
    """A video in each state of its transcode, named after it."""
    migrate(folder.database, until_m005(), clock, backups=folder.backups)
    db = sqlite3.connect(folder.database)
    for state in STATES:
        shown = {"done": "ready", "failed": "failed", "cancelled": "failed"}.get(state, "processing")
        db.execute(
            "INSERT INTO videos (id, org_id, owner_id, title, description, language, visibility, state, created_at,"
            " updated_at, published_at, duration, source_name, source_bytes, edition)"
            " VALUES (?, 'org1', 'producer', ?, 'Über', 'de', 'public', ?, ?, ?, ?, 2000000, 'clip.mp4', 1, ?)",
            (state, f"The {state} one", shown, NOW, NOW, NOW if state == "done" else None, "e" * (state == "done")),
        )
        worker = ("token", NOW + SECOND) if state == "running" else (None, None)
        reason = ("The disk was full.", "disk_full") if state == "failed" else (None, None)
        db.execute(
            "INSERT INTO transcodes (video_id, state, attempts, step, progress, speed, reason, reason_code, worker,"
            " lease_until, wake_at, queued_at, started_at, ended_at) VALUES (?, ?, 1, 'encode', 500, 2.5, ?, ?, ?, ?,"
            " ?, ?, ?, NULL)",
            (state, state, *reason, *worker, NOW + SECOND, NOW, None if state == "queued" else NOW),
        )
        rung = "published" if state == "done" else "encoding"
        db.execute(
            "INSERT INTO rungs VALUES (?, '144p', 256, 144, ?, ?)", (state, rung, 7 if state == "done" else None)
        )
        db.execute("INSERT INTO positions VALUES ('ada', ?, 5, 0, ?)", (state, NOW))
    db.commit()
    db.close()
    return folder


async def test_every_row_is_there_afterwards_and_what_waited_or_ran_is_planned_anew(
    old: DataFolder, clock: FakeClock, find: FindFFmpeg
) -> None:
    applied = migrate(old.database, MIGRATIONS, clock, backups=old.backups)
    assert "vods.m006_tasks" in applied
    house = await House.open(old, clock, find)
    expected = {state: TranscodeState.QUEUED if state == "running" else TranscodeState(state) for state in STATES}
    for state in STATES:
        transcode, tasks = await house.db.one(store.by_video(state)), await house.db.all(store.tasks(state))
        assert transcode is not None
        assert (transcode.state, transcode.attempts, transcode.edition, transcode.queued_at) == (
            expected[state], 1, None, NOW,
        )  # fmt: skip
        waits = transcode.state is TranscodeState.QUEUED
        assert [(task.name, task.state, task.worker) for task in tasks] == waits * [("plan", TaskState.QUEUED, None)]
        rungs = await house.db.all(videos.rungs(state))
        assert [(rung.name, rung.published) for rung in rungs] == [("144p", state == "done")]
    failed = await house.db.one(store.by_video("failed"))
    assert failed is not None
    assert (failed.reason, failed.reason_code) == ("The disk was full.", "disk_full")
    await house.close()
    db = sqlite3.connect(old.database)
    assert db.execute("SELECT count(*) FROM positions").fetchone() == (5,)
    found = db.execute("SELECT count(*) FROM videos_search WHERE videos_search MATCH 'uber'").fetchone()
    assert found == (5,)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


async def test_what_was_in_the_making_is_finished_and_what_failed_can_be_tried_again(
    old: DataFolder, clock: FakeClock, find: FindFFmpeg, clips: Clips
) -> None:
    migrate(old.database, MIGRATIONS, clock, backups=old.backups)
    house = await House.open(old, clock, find)
    for state in ("running", "failed"):
        shutil.copyfile(clips("clip.mp4"), house.folders.arrival(state))
    await house.transcoding.begin()
    await house.transcoding.sweep()
    await house.transcoding.retry(PRODUCER, "failed")
    for state in ("running", "failed"):
        await house.work().finish(state)
        video = await house.db.one(videos.by_id(state))
        assert video is not None
        assert video.state is VideoState.READY
        assert (await VideoSource(house.db, house.folders).locate(STRANGER, state)).folder.is_dir()
    done = await house.db.one(videos.by_id("done"))
    assert done is not None
    assert (done.state, done.edition) == (VideoState.READY, "e")
    await house.close()


def test_a_database_that_is_new_and_one_that_was_brought_up_to_date_have_the_same_tables(
    old: DataFolder, clock: FakeClock
) -> None:
    migrate(old.database, MIGRATIONS, clock, backups=old.backups)
    new = old.root / "new.db"
    migrate(new, MIGRATIONS, clock, backups=old.backups)
    shapes = []
    for path in (old.database, new):
        db = sqlite3.connect(path)
        shapes.append(
            db.execute("SELECT name, sql FROM sqlite_master WHERE type <> 'trigger' ORDER BY name").fetchall()
        )
        db.close()
    assert shapes[0] == shapes[1]
