"""Videos on air as if they were live, by their rows alone."""

import asyncio
import subprocess
from collections.abc import Sequence
from dataclasses import replace

import pytest

from novacast.clock import SECOND
from novacast.identity import Principal, Role, new_id
from novacast.live.broadcast.engine import Engine
from novacast.live.models import FeedRole, Programme, ProgrammeState
from novacast.live.programmes import store as programmes
from novacast.outbox import after
from novacast.visibility import Visibility
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Draft
from tests.live.broadcast.conftest import SYSTEM, Hall
from tests.live.conftest import PROGRAMME
from tests.waiting import until

ON_AIR, INTERRUPTED, ENDED = ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED, ProgrammeState.ENDED
PRODUCER = Principal(person_id="producer", session_id="s", roles={"org1": Role.PRODUCER})
MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Sound",DEFAULT=YES,URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=500000,AUDIO="audio"
144p/index.m3u8
"""


async def film(hall: Hall, seconds: int, org: str = "org1", size: str = "256x144") -> str:
    """A video that is ready."""
    id_ = new_id()
    edition = MediaFolders(hall.folder).edition(id_, "e")
    for name in ("144p", "audio"):
        (edition / name).mkdir(parents=True)
    (edition / "master.m3u8").write_text(MASTER)
    hls = ["-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    argv = [
        SYSTEM, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30", "-f", "lavfi", "-i", "sine",
        "-map", "0:v", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-g", "30",
        "-hls_segment_filename", "144p/seg_%05d.m4s", *hls, "144p/index.m3u8",
        "-map", "1:a", "-t", str(seconds), "-c:a", "aac",
        "-hls_segment_filename", "audio/seg_%05d.m4s", *hls, "audio/index.m3u8",
    ]  # fmt: skip
    await asyncio.to_thread(subprocess.run, argv, cwd=edition, check=True)
    draft = Draft(id_, org, None, "Film", "", "", Visibility.PUBLIC, "film.mp4", 0)
    ready = {"state": "ready", "edition": "e", "duration": seconds * SECOND, "published_at": hall.db.clock.now()}

    def unit(tx: object) -> None:
        videos.add(tx, draft)  # type: ignore[arg-type]  # a transaction
        videos.change(tx, id_, ready)  # type: ignore[arg-type]  # a transaction
        videos.set_rungs(tx, id_, [("144p", 256, 144, "published", 1)])  # type: ignore[arg-type]  # a transaction

    await hall.db.write(unit)
    return id_


async def premiere(hall: Hall, films: Sequence[str], *, loop: bool = False, **more: object) -> Programme:
    """Planned for a moment ago."""
    now = hall.db.clock.now()
    values = {"state": ProgrammeState.PLANNED, "planned_start": now - SECOND} | more
    made = replace(PROGRAMME, id=new_id(), channel_id=hall.channel.id, created_at=now, **values)  # type: ignore[arg-type]  # a test's loose keywords
    await hall.db.write(lambda tx: programmes.add(tx, made))
    await hall.live.playouts.put(PRODUCER, made.id, films, loop=loop, role=FeedRole.MAIN)
    return made


async def heard(hall: Hall, engine: Engine, topic: str) -> None:
    """The outbox's part in a server."""

    async def told() -> bool:
        facts = [event for event in await hall.db.all(after(0, 10_000)) if event.topic == topic]
        for event in facts:
            await engine.hear(event)
        return bool(facts)

    await until(told)


@pytest.mark.slow
async def test_a_premiere_begins_at_its_hour_and_ends_with_its_film(hall: Hall) -> None:
    programme = await premiere(hall, [await film(hall, 4)])
    await hall.is_now(ON_AIR)
    shelf = hall.shelf(programme)
    (feed,) = (await hall.live.producing.feeds(PRODUCER, programme.id, None, 10)).items
    assert (feed.protocol, feed.key_id, feed.role) == ("file", None, FeedRole.MAIN)
    await heard(hall, hall.station.engine, "programme.end_wanted")
    await hall.has_ended(programme.id)
    seconds = max(map(float, shelf.ends.values()))
    assert 3.5 < seconds < 7
    playout = await hall.live.playouts.of(PRODUCER, programme.id)
    assert playout is not None
    assert playout.finished_at is not None


@pytest.mark.slow
async def test_a_playlist_goes_from_one_video_to_the_next_without_the_slate(hall: Hall) -> None:
    programme = await premiere(hall, [await film(hall, 3), await film(hall, 3)], loop=True)
    await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 7)
    facts = [event.topic for event in await hall.db.all(after(0, 10_000)) if event.subject == programme.id]
    assert "programme.interrupted" not in facts
    (feed,) = (await hall.live.producing.feeds(PRODUCER, programme.id, None, 10)).items
    assert feed.ended_at is None
    await hall.live.playouts.remove(PRODUCER, programme.id)
    await hall.is_now(INTERRUPTED)


@pytest.mark.slow
async def test_after_a_restart_it_goes_on_where_it_should_be_by_then(hall: Hall) -> None:
    programme = await premiere(hall, [await film(hall, 40)])
    await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)
    before = await hall.live.playouts.began(programme.id)
    async with hall.again():
        await until(lambda: hall.station.engine.shown(programme.id) is FeedRole.MAIN)
        await hall.goes_on(programme, 1)
        playout = await hall.live.playouts.of(PRODUCER, programme.id)
        assert playout is not None
        assert (playout.began_at, playout.finished_at) == (before, None)
        feeds = (await hall.live.producing.feeds(PRODUCER, programme.id, None, 10)).items
        assert [feed.protocol for feed in feeds] == ["file", "file"]
        assert "#EXT-X-DISCONTINUITY\n" in hall.playlist(programme)


@pytest.mark.slow
async def test_a_clip_is_shown_in_place_of_the_slate_and_does_not_keep_the_programme_on_air(hall: Hall) -> None:
    clip = await film(hall, 2)
    encoder = hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.live.playouts.put(PRODUCER, programme.id, [clip], loop=True, role=FeedRole.BACKUP)
    engine = hall.station.engine
    await hall.goes_on(programme, 2)
    assert engine.shown(programme.id) is FeedRole.MAIN
    encoder.kill()
    await until(lambda: engine.shown(programme.id) is FeedRole.BACKUP)
    await hall.has_ended(programme.id)
