"""Whole programmes, fed by real FFmpegs over RTMP."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.errors import NovaCastError
from novacast.identity import Principal, Role
from novacast.live.models import FeedRole, PassThrough, ProgrammeState, Wanted
from novacast.live.programmes import store as programmes
from novacast.outbox import Event, after
from novacast.vods.downloads.models import Allowed
from novacast.vods.models import VideoState
from tests.live.broadcast.conftest import Hall, children
from tests.waiting import until

ON_AIR, INTERRUPTED = ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED
PRODUCER = Principal(person_id="producer", session_id="s", roles={"org1": Role.PRODUCER})
SHIPPED = imageio_ffmpeg.get_ffmpeg_exe()


async def told(hall: Hall, subject: str) -> list[str]:
    facts: list[Event] = await hall.db.all(after(0, 10_000))
    return [fact.topic for fact in facts if fact.subject == subject]


def decoded(folder: Path, track: str) -> tuple[int, str]:
    """How many frames another program finds in a finished playlist, and what it complains of."""
    argv = [
        "ffprobe", "-v", "warning", "-allowed_extensions", "ALL", "-count_frames", "-show_entries",
        "stream=nb_read_frames", "-of", "json", str(folder / track / "index.m3u8"),
    ]  # fmt: skip
    ran = subprocess.run(argv, capture_output=True, check=True)
    return int(json.loads(ran.stdout)["streams"][0]["nb_read_frames"]), ran.stderr.decode()


async def test_a_programme_outlives_its_encoder_and_is_a_video_when_it_ends(hall: Hall) -> None:
    encoder = hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)
    encoder.kill()
    await hall.is_now(INTERRUPTED)
    await hall.goes_on(programme, 0.8)
    hall.publish(size="160x120", rate=25)
    assert (await hall.is_now(ON_AIR)).id == programme.id
    await hall.goes_on(programme, 1)
    playlist = hall.playlist(programme)
    hall.encoders[-1].kill()
    await hall.has_ended(programme.id)

    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 2
    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in playlist
    beside = {"programme.health", "programme.alarmed", "programme.viewers", "programme.measured"}
    facts = [one for one in await told(hall, programme.id) if one.startswith("programme.") and one not in beside]
    assert facts[:4] == ["programme.created", "programme.on_air", "programme.interrupted", "programme.resumed"]
    assert facts[-1] == "programme.ended"
    video = (await hall.vods.videos.show(PRODUCER, programme.id)).video
    assert video.state is VideoState.READY
    folder = (await hall.vods.source.show(PRODUCER, programme.id)).folder
    assert not (hall.folder.live / programme.id).exists()
    recorded = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", (folder / "144p/index.m3u8").read_text())))
    frames, _ = decoded(folder, "144p")
    assert frames == pytest.approx(recorded * 30, abs=2)


@pytest.mark.slow
async def test_the_source_is_kept_as_it_came_one_file_for_each_connection(hall: Hall) -> None:
    await hall.is_set(keep_source=True)
    hall.publish(size="256x144")
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)
    hall.encoders[-1].kill()
    await hall.is_now(INTERRUPTED)
    other = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50")
    hall.publish(size="320x180", rate=25, options=other)
    await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)
    hall.encoders[-1].kill()
    await hall.has_ended(programme.id)

    offer = await hall.vods.downloads.show(PRODUCER, programme.id)
    sources = [item for item in offer.items if item.name.startswith("source-")]
    assert [item.name for item in sources] == ["source-1", "source-2"]
    sizes = []
    for item in sources:
        taken = await hall.vods.downloads.take(PRODUCER, programme.id, item.name, begins=True)
        assert taken.path.stat().st_size == item.bytes
        argv = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries"]
        asked = [*argv, "stream=width,nb_read_packets", "-of", "csv=p=0", str(taken.path)]
        told_ = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split(",")
        sizes.append(int(told_[0]))
        assert int(told_[1]) > 40
    assert sizes == [256, 320]
    await hall.vods.downloads.allow(PRODUCER, programme.id, Allowed.EVERYONE)
    stranger = Principal()
    assert not [one for one in (await hall.vods.downloads.show(stranger, programme.id)).items if "source" in one.name]
    with pytest.raises(NovaCastError):
        await hall.vods.downloads.take(stranger, programme.id, "source-1", begins=True)


async def test_a_wrong_key_is_told_to_the_encoder(hall: Hall) -> None:
    words = await hall.publish("wrong").words()
    assert "not known" in words
    assert await hall.programme() is None


@pytest.mark.slow
async def test_a_frozen_encoder_is_covered_by_the_slate_and_taken_back_when_it_thaws(hall: Hall) -> None:
    encoder = hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)
    encoder.freeze()
    await hall.is_now(INTERRUPTED)
    await hall.goes_on(programme, 1)
    encoder.thaw()
    await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_the_encoder_of_the_house_is_begun_anew_when_it_fails(hall: Hall, number: signal.Signals) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)
    (child,) = children()
    os.kill(child, number)
    await until(lambda: bool(children()) and child not in children())
    await hall.goes_on(programme, 3)
    assert (await hall.is_now(ON_AIR)).id == programme.id


@pytest.mark.slow
async def test_a_backup_takes_over_and_gives_back(hall: Hall) -> None:
    await hall.key("backup", FeedRole.BACKUP)
    main = hall.publish()
    programme = await hall.is_now(ON_AIR)
    hall.publish("backup", size="160x90")
    await hall.goes_on(programme, 1)
    engine = hall.station.engine
    main.kill()
    await until(lambda: engine.shown(programme.id) is FeedRole.BACKUP)
    await hall.goes_on(programme, 1)
    hall.publish()
    await until(lambda: engine.shown(programme.id) is FeedRole.MAIN)
    await hall.goes_on(programme, 1)


@pytest.mark.slow
async def test_the_producer_cuts_to_the_slate_and_back(hall: Hall) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 0.5)
    for wanted, state in ((Wanted.SLATE, INTERRUPTED), (Wanted.AUTO, ON_AIR)):
        await hall.db.write(lambda tx, wanted=wanted: programmes.change(tx, programme.id, {"wanted": wanted}))  # type: ignore[misc]  # bound per round
        await hall.station.engine.hear(Event(1, 0, "programme.cut", programme.id, "internal", {}))
        await hall.is_now(state)
        await hall.goes_on(programme, 0.5)


@pytest.mark.slow
async def test_the_same_key_takes_a_zombie_connection_over_at_once(hall: Hall) -> None:
    zombie = hall.publish()
    programme = await hall.is_now(ON_AIR)
    zombie.freeze()
    hall.publish(size="128x72")
    await hall.is_now(INTERRUPTED)
    assert (await hall.is_now(ON_AIR)).id == programme.id
    zombie.thaw()
    assert "same key" in await zombie.words()


@pytest.mark.slow
async def test_a_revoked_key_is_hung_up_on(hall: Hall) -> None:
    key = await hall.key("hers")
    encoder = hall.publish("hers")
    await hall.is_now(ON_AIR)
    await hall.station.engine.hear(Event(1, 0, "key.revoked", key.id, "internal", {}))
    assert "revoked" in await encoder.words()


@pytest.mark.slow
async def test_hevc_and_opus_come_in_where_h264_was(hall: Hall) -> None:
    first = hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)
    first.kill()
    await hall.is_now(INTERRUPTED)
    coded = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=30:log-level=error", "-c:a", "libopus")
    hall.publish(options=coded, program=SHIPPED)
    await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)


@pytest.mark.slow
async def test_a_feed_without_sound_has_silence(hall: Hall) -> None:
    hall.publish(sound=False)
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)


@pytest.mark.slow
async def test_a_server_that_is_started_anew_goes_on_with_the_same_numbers(hall: Hall) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)
    before = max(hall.shelf(programme).ends.values())
    async with hall.again():
        hall.encoders[-1].kill()
        hall.publish(size="320x180")
        assert (await hall.is_now(ON_AIR)).id == programme.id
        await hall.goes_on(programme, 1)
        assert min(hall.shelf(programme).ends.values()) > before
        playlist = hall.playlist(programme)
        assert "#EXT-X-MEDIA-SEQUENCE:0\n" in playlist
        assert "#EXT-X-GAP" not in playlist


def coded(*, gop: int, bframes: int = 0) -> tuple[str, ...]:
    tune = ("-bf", str(bframes)) if bframes else ("-tune", "zerolatency")
    regular = ("-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0")
    return ("-c:v", "libx264", "-preset", "ultrafast", *tune, *regular)


@pytest.mark.slow
@pytest.mark.parametrize("bframes", [0, 2])
async def test_the_publishers_own_picture_is_the_best_one_and_goes_when_it_can_not_be_given(
    hall: Hall, bframes: int
) -> None:
    await hall.is_set(pass_through=PassThrough.YES)
    first = hall.publish(size="320x180", options=coded(gop=30, bframes=bframes))
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 2)
    first.kill()
    await hall.is_now(INTERRUPTED)
    await hall.goes_on(programme, 1)
    second = hall.publish(size="320x180", options=coded(gop=300))
    await hall.is_now(ON_AIR)
    await until(lambda: "source" not in hall.shelf(programme).ends)
    await hall.goes_on(programme, 2)
    second.kill()
    await hall.is_now(INTERRUPTED)
    hall.publish(size="480x270", options=coded(gop=15))
    await hall.is_now(ON_AIR)
    await until(lambda: "source" in hall.shelf(programme).ends)
    await hall.goes_on(programme, 2)
    playlist = hall.playlist(programme, "source")
    hall.encoders[-1].kill()
    await hall.has_ended(programme.id)

    assert "#EXT-X-GAP" in playlist
    folder = (await hall.vods.source.show(PRODUCER, programme.id)).folder
    frames, _ = decoded(folder, "144p")
    assert frames > 0
