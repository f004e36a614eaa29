"""Better rungs of a recording, made while it is watched."""

import subprocess
from collections.abc import Sequence

import pytest

from novacast.errors import Conflict, Forbidden
from novacast.live.recording.finishing import Finishing
from novacast.media.conformance import check_edition
from novacast.media.probe import probe
from novacast.vods.models import VideoState
from novacast.vods.recordings import store
from novacast.vods.recordings.improving import Improving
from novacast.vods.recordings.service import Recordings
from novacast.vods.source import VideoSource
from tests.live.recording.material import SECONDS, Stretch, recorded
from tests.vods.conftest import DOOR, PRODUCER, STRANGER, House
from tests.vods.recordings.conftest import ID, PROGRAMME, Ended


def improving(house: House, reserve: int = 0) -> Improving:
    return Improving(house.db, house.folders, house.queue, house.find, reserve)


async def test_better_rungs_take_the_place_of_the_recorded_ones_when_all_are_there(
    house: House, ended: Ended, finishing: Finishing
) -> None:
    await finishing.finish(ended(), [(0, "Doors")])
    recorded = (await VideoSource(house.db, house.folders).show(STRANGER, ID)).folder
    with pytest.raises(Forbidden):
        await improving(house).ask(DOOR, ID)
    await improving(house).ask(PRODUCER, ID)
    await improving(house).run(ID)
    await improving(house).run(ID)
    seen: list[str | None] = []
    work = house.work()

    async def step() -> bool:
        video = (await house.videos.show(STRANGER, ID)).video
        seen.append(video.edition)
        assert video.state is VideoState.READY
        transcode = (await house.videos.show(PRODUCER, ID)).transcode
        assert transcode is not None
        return transcode.ended_at is None

    while await step():
        await work.run(ID)
    assert len(set(seen)) == 2
    assert not recorded.exists()
    detail = await house.videos.show(STRANGER, ID)
    assert sorted(rung.name for rung in detail.rungs) == ["144p", "240p"]
    playable = await VideoSource(house.db, house.folders).show(STRANGER, ID)
    assert list(check_edition(playable.folder).findings) == []
    assert abs((playable.duration or 0) - 6_000_000) < 50_000
    assert [one.title for one in (await house.chapters.show(STRANGER, ID)).items] == ["Doors"]
    assert detail.video.source_bytes == (house.folders.video(ID) / "original.mp4").stat().st_size
    with pytest.raises(Conflict):
        await improving(house).ask(PRODUCER, ID)


async def test_a_setting_has_them_made_of_every_recording(house: House, ended: Ended) -> None:
    every = Recordings(house.db, house.folders, house.queue, house.pictures, improves=True)
    await Finishing(house.data.live, every).finish(ended())
    assert await house.db.one(store.improving(ID))


async def test_without_room_the_recording_stays_what_it_is(house: House, ended: Ended, finishing: Finishing) -> None:
    await finishing.finish(ended())
    await improving(house).ask(PRODUCER, ID)
    await improving(house, 2**60).run(ID)
    assert not await house.db.one(store.improving(ID))
    assert len((await house.videos.show(STRANGER, ID)).rungs) == 2
    assert house.folders.original(ID) is None


@pytest.mark.parametrize(("files", "width"), [(1, 640), (2, 426)], ids=["one connection", "two"])
async def test_they_are_made_of_what_the_encoder_sent_where_one_sent_all_of_it(
    house: House, stretches: Sequence[Stretch], finishing: Finishing, files: int, width: int
) -> None:
    folder = house.data.live / ID
    await recorded(folder, stretches[:1])
    (folder / "sources").mkdir()
    for number in range(1, files + 1):
        made = f"testsrc2=size=640x360:rate=25:d={SECONDS}"
        coded = ["-c:v", "libx264", "-preset", "ultrafast", str(folder / "sources" / f"000{number}-main.flv")]
        command = [(await house.find()).path, "-v", "error", "-nostdin", "-f", "lavfi", "-i", made, *coded]
        subprocess.run(command, check=True)
    await finishing.finish(PROGRAMME)
    assert len(house.folders.sources(ID)) == files
    await improving(house).ask(PRODUCER, ID)
    await improving(house).run(ID)
    original = house.folders.original(ID)
    assert original is not None
    info = await probe(original)
    assert info.video is not None
    assert info.video.width == width
    assert len(house.folders.sources(ID)) == files
