"""What is in a file, found out by a child process under limits, so that no file can hurt or hold up the caller."""

import json
import sys
from dataclasses import asdict, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from novacast.clock import HOUR
from novacast.errors import ChildFailed, MediaFailure
from novacast.i18n import text, unpacked
from novacast.media.info import Audio, Colour, Keyframes, MediaInfo, Refusal, Subtitles, Video
from novacast.media.process import ENVIRONMENT, Command, Limits, run_child
from novacast.records import dataclass

LARGEST_ANSWER = 1024 * 1024
_ROOT = str(Path(__file__).parents[2])


class ProbeRefused(MediaFailure):
    """The file is nothing that can become a video here. The message says why, for the person who brought it."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProbeBounds:
    width: int = 8192
    height: int = 8192
    pixels: int = 8192 * 8192
    """Width times height; the default takes whatever the other two take."""
    streams: int = 64
    hours: float | None = None
    """The longest that is taken; None: any."""
    wall: float = 60.0
    cpu: int = 30
    memory: int = 2 * 1024**3
    """Bytes of address space for the child: the interpreter takes 0.2 GB, one picture of 64 megapixels 0.1 to 0.8."""


async def probe(path: Path, bounds: ProbeBounds | None = None) -> MediaInfo:
    """Raises ProbeRefused. Audio alone is an answer (`video` is None); so is a truncated file (`truncated`)."""
    bounds = bounds or ProbeBounds()
    sizes = {name: getattr(bounds, name) for name in ("width", "height", "pixels", "streams")}
    command = Command(
        name=text("The probe"),
        argv=(sys.executable, "-P", "-m", "novacast.media.probe_child", str(path), json.dumps(sizes)),
        limits=Limits(wall=bounds.wall, cpu=bounds.cpu, address_space=bounds.memory, file_size=0),
        environment={**ENVIRONMENT, "PYTHONPATH": _ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
        grace=0.5,
    )
    try:
        ran = await run_child(command, capture=LARGEST_ANSWER)
        answer = json.loads(ran.stdout)
    except ChildFailed as error:
        raise _gave_up(error, bounds) from error
    except ValueError as error:
        raise ProbeRefused(Refusal.UNREADABLE, text("The file can't be read: the probe gave no answer.")) from error
    if "refused" in answer:
        raise ProbeRefused(Refusal(answer["refused"]), unpacked(answer["message"]))
    info = media_info(answer["info"])
    if bounds.hours is not None and info.duration > bounds.hours * HOUR:
        message = text(
            "The video lasts {hours:.1f} hours; {most:g} are the most.", hours=info.duration / HOUR, most=bounds.hours
        )
        raise ProbeRefused(Refusal.DURATION, message)
    return info


def _gave_up(error: ChildFailed, bounds: ProbeBounds) -> ProbeRefused:
    if error.returncode is None or error.returncode > 0:
        return ProbeRefused(Refusal.UNREADABLE, text("The file can't be read. {why}", why=error.message))
    message = text("The file can't be read within {seconds:g} s and the memory that is allowed.", seconds=bounds.wall)
    return ProbeRefused(Refusal.RESOURCES, message)


def facts(info: MediaInfo) -> dict[str, Any]:
    """`info` as JSON can hold it; `media_info` reads it back."""
    told: dict[str, Any] = json.loads(json.dumps(asdict(info), default=str))
    return told


def media_info(facts: dict[str, Any]) -> MediaInfo:
    video = facts["video"]
    return MediaInfo(
        **_named(MediaInfo, facts, without={"video", "audio", "subtitles", "warnings", "chapters"}),
        video=_video(video) if video is not None else None,
        audio=tuple(Audio(**track) for track in facts["audio"]),
        subtitles=tuple(Subtitles(**track) for track in facts["subtitles"]),
        warnings=tuple(facts["warnings"]),
        chapters=tuple((int(at), str(title)) for at, title in facts.get("chapters", ())),
    )


def _video(facts: dict[str, Any]) -> Video:
    rates = {"sample_aspect", "fps", "average_fps", "base_fps"}
    keyframes = facts["keyframes"]
    return Video(
        **_named(Video, facts, without={*rates, "colour", "keyframes"}),
        sample_aspect=Fraction(facts["sample_aspect"]),
        fps=Fraction(facts["fps"]),
        average_fps=Fraction(facts["average_fps"]) if facts["average_fps"] else None,
        base_fps=Fraction(facts["base_fps"]) if facts["base_fps"] else None,
        colour=Colour(**facts["colour"]),
        keyframes=Keyframes(**keyframes | {"times": tuple(keyframes["times"])}) if keyframes is not None else None,
    )


def _named(kind: type, facts: dict[str, Any], *, without: set[str]) -> dict[str, Any]:
    """Facts that were kept before a field came are without it."""
    return {field.name: facts[field.name] for field in fields(kind) if field.name in facts.keys() - without}
