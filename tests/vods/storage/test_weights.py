"""What is counted is what lies there."""

import os
import subprocess
from pathlib import Path

from novacast.clock import SECOND
from novacast.vods.captions.models import Wish
from novacast.vods.storage import store
from novacast.vods.storage.models import Usage, Weight
from novacast.vods.storage.weights import AGAIN, weight_of
from tests.fakes.clock import FakeClock
from tests.vods.conftest import ORG, OWNER, PRODUCER, House
from tests.vods.stock import MADE

VTT = b"WEBVTT\n\n00:00.000 --> 00:00.900\nGood evening\n"


def lies(folder: Path) -> int:
    """Bytes of all files, each once whatever number of names it has, as `du` counts them; it counts folders too."""
    told = subprocess.run(["du", "-sb", str(folder)], check=True, capture_output=True, text=True).stdout
    return int(told.split()[0]) - sum(os.lstat(top).st_size for top, _, _ in os.walk(folder))


def counted(usage: Usage) -> int:
    return usage.used - usage.arriving


async def decorate(house: House, clock: FakeClock) -> None:
    """Everything around the video that takes room."""
    for event in await house.facts("video.published"):
        await house.pictures.hear(event)
    await house.picture_work().run(MADE)
    proposed = (await house.pictures.show(PRODUCER, MADE)).items[0]
    await house.pictures.choose(PRODUCER, MADE, proposed.id)
    await house.captions.captions.add(PRODUCER, MADE, Wish("en"), file=VTT)
    await house.downloads.prepare(OWNER, MADE, "144p")
    await house.download_work(clock).run(MADE)


async def test_what_counts_is_what_du_finds_in_the_media_folder(stocked: House, clock: FakeClock) -> None:
    await decorate(stocked, clock)
    before = await stocked.quotas.usage(OWNER, ORG)
    assert min(before.originals, before.renditions, before.downloads, before.pictures, before.captions) > 0
    assert counted(before) == lies(stocked.data.media)
    # One that is removed counts no more, but where it is shown still: that is another name of the same file.
    first, other, *_ = (await stocked.pictures.show(PRODUCER, MADE)).items
    await stocked.pictures.remove(PRODUCER, MADE, other.id)
    await stocked.pictures.remove(PRODUCER, MADE, first.id)
    (track,) = (await stocked.captions.captions.overview(PRODUCER, MADE)).tracks
    await stocked.captions.captions.remove(PRODUCER, MADE, track.id)
    after = await stocked.quotas.usage(OWNER, ORG)
    assert after.captions == 0
    assert 0 < after.pictures < before.pictures
    assert counted(after) == lies(stocked.data.media)


async def test_of_two_that_measure_at_once_the_one_that_began_last_counts(house: House) -> None:
    video_id = await house.publish()
    await house.db.write(lambda tx: store.weighed(tx, video_id, Weight(5, 6, 7), 200))
    await house.db.write(lambda tx: store.weighed(tx, video_id, Weight(1, 1, 1), 100))
    usage = await house.quotas.usage(OWNER, ORG)
    assert (usage.renditions, usage.pictures, usage.captions) == (5, 6, 7)
    await house.weights.weigh("gone")
    assert await house.quotas.usage(OWNER, ORG) == usage


async def test_who_was_killed_before_it_measured_is_made_up_for(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    file = house.folders.begin_edition(video_id, "e") / "seg.m4s"
    file.write_bytes(bytes(10))
    await house.weights.sweep()
    assert (await house.quotas.usage(OWNER, ORG)).renditions == 10
    file.write_bytes(bytes(30))
    await house.weights.sweep()
    assert (await house.quotas.usage(OWNER, ORG)).renditions == 10
    clock.advance(AGAIN / SECOND + 1)
    await house.weights.sweep()
    assert (await house.quotas.usage(OWNER, ORG)).renditions == 30


def test_a_video_without_a_folder_weighs_nothing(tmp_path: Path) -> None:
    assert weight_of(tmp_path / "none") == Weight(0, 0, 0)
