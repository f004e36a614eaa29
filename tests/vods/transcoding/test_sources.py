"""Sources whose pictures lean on others: in parts as in one go, and taken over where players can begin anywhere."""

import pytest

from novacast.media.conformance import check_edition
from novacast.media.probe import probe
from novacast.settings import Transcode
from novacast.vods.transcoding.plan import Choices, Plan
from tests.vods.conftest import Clips, House
from tests.vods.transcoding.test_ways import PARTS, SHORT, extinf, folder, frames

OPEN_HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params",
             "log-level=error:keyint=37:min-keyint=37:open-gop=1:bframes=4:scenecut=0", "-c:a", "aac")  # fmt: skip
OPEN_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25", "-x264-params",
             "open-gop=1:bframes=3:b-adapt=0:scenecut=0", "-c:a", "aac")  # fmt: skip
CHOICES = Choices.of(Transcode(heights=(144, 240)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param("mp4", marks=pytest.mark.slow), "mkv"])
async def test_parts_of_hevc_with_open_groups_join_to_what_one_process_makes(
    house: House, clips: Clips, kind: str
) -> None:
    source = clips(f"open-hevc.{kind}", *OPEN_HEVC, size="256x144", seconds=20)
    parted, whole = await house.arrive(source), await house.arrive(source)
    await house.work(PARTS).finish(parted)
    await house.work(Transcode(heights=(144,), preset="ultrafast", nice=0, copy=False)).finish(whole)
    one, other = await folder(house, parted), await folder(house, whole)
    assert extinf(one / "144p") == extinf(other / "144p")
    assert frames(one / "144p") == frames(other / "144p")
    for place in (one, other):
        assert [str(finding) for finding in check_edition(place).findings] == []


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
async def test_h264_with_open_groups_is_encoded_for_browsers_begin_only_at_idr_pictures(
    clips: Clips, kind: str
) -> None:
    # FLAC has no priming, which would move the picture in Matroska.
    sound = ("-c:a", "flac", "-strict", "-2")
    opened = clips(f"open.{kind}", *OPEN_H264, *sound, seconds=5)
    closed = clips(f"closed.{kind}", *SHORT, *sound, seconds=5)
    assert Plan.of(await probe(opened), CHOICES).copied is None
    assert Plan.of(await probe(closed), CHOICES).copied is not None


async def test_all_renditions_have_one_target_also_where_a_copy_has_longer_segments(house: House, clips: Clips) -> None:
    gaps = (*SHORT[:6], "-g", "500", "-force_key_frames", "0,7", "-sc_threshold", "0", *SHORT[6:])
    video_id = await house.arrive(clips("gaps.mp4", *gaps, size="320x240", seconds=9))
    await house.work(Transcode(heights=(144, 240), preset="ultrafast", nice=0)).finish(video_id)
    report = check_edition(await folder(house, video_id))
    assert [str(one) for one in report.findings] == []
    targets = {one.target for one in (*(variant.rendition for variant in report.variants), *report.renditions)}
    assert len(targets) == 1
    assert targets.pop() >= 7
