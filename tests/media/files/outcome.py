"""What came out of a file, in one line."""

import re
from pathlib import Path

import av

from novacast.media.conformance import Report
from novacast.vods.models import Video
from novacast.vods.transcoding.plan import Plan


def outcome(plan: Plan, report: Report, video: Video) -> str:
    copied = plan.copied.name if plan.copied is not None else None
    rungs = []
    for rung in plan.rungs:
        own = next(one for one in report.variants if one.rendition.uri == f"{rung.name}/index.m3u8")
        size = f"{rung.name} {own.attributes['RESOLUTION']}"
        rungs.append(f"{size} as it is" if rung.name == copied else size)
    rate = {one.attributes["FRAME-RATE"] for one in report.variants if "FRAME-RATE" in one.attributes}
    parts = [", ".join(rungs) or "no picture", *(f"{float(one):g} fps" for one in rate), *_sounds(plan)]
    parts.append(f"{float(report.variants[0].rendition.length):.2f} s")
    parts += [name for name, there in (("poster", video.has_poster), ("storyboard", video.has_storyboard)) if there]
    return "; ".join(parts)


def _sounds(plan: Plan) -> list[str]:
    sounds = [f"{sound.label} ({sound.channels}{' as it is' if sound.copied else ''})" for sound in plan.ladder.sounds]
    return [", ".join(sounds)] if sounds else ["silent"]


def refused(reason: str | None) -> str:
    return f"refused: {re.sub(r'[0-9.]+ s', '… s', reason or '')}"


def decoded(rendition: Path) -> int:
    """Pictures that a decoder makes of all segments."""
    with av.open(str(rendition / "index.m3u8")) as media:
        kinds = [(frame.width, frame.height, frame.format.name) for frame in media.decode(video=0)]
    assert len(set(kinds)) == 1
    assert kinds[0][2] in {"yuv420p", "yuvj420p"}
    return len(kinds)
