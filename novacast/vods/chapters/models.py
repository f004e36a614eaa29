"""What chapters may be, and the ways they are written. Pure."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from novacast import i18n
from novacast.clock import HOUR, SECOND
from novacast.errors import FieldError, InvalidInput
from novacast.records import dataclass

MOST = 200
TITLE_LENGTH = 200
LATEST = 1_000 * HOUR
TEXT_LENGTH = MOST * (TITLE_LENGTH + 20)

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2})(?:[.,](\d{1,3}))?", re.ASCII)
_LINE = re.compile(
    r"[-*\u2022\u2013\u2014]?\s*[\[(]?(?P<clock>(?:\d{1,4}:)?\d{1,4}:\d{2}(?:[.,]\d{1,3})?)[\])]?"
    r"\s*[-\u2013\u2014:|]?\s+(?P<title>\S.*)",
    re.ASCII,
)
_SPOKEN = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7}(?:\.\d{1,6})?)s?)?", re.ASCII)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Chapter:
    at: int
    """Microseconds from the video's start."""
    title: str


@dataclass(frozen=True, slots=True)
class State:
    """Of a video's chapters as a whole."""

    revision: int = 0
    """One more with every change, so that nobody overwrites what they have not seen."""
    typed: bool = False
    """Whether somebody wrote them (or took them away): what the file says counts no more."""


@dataclass(frozen=True, slots=True)
class Chapters:
    video_id: str
    items: tuple[Chapter, ...]
    state: State
    duration: int | None
    """Of the video, microseconds."""


def checked(given: Iterable[Chapter], duration: int | None) -> tuple[Chapter, ...]:
    """In the order of their times. Raises InvalidInput with all that is wrong, by `chapters.<number from 0>`."""
    chapters = [Chapter(one.at, _SPACE.sub(" ", one.title).strip()) for one in given]
    errors: list[FieldError] = []
    seen: set[int] = set()
    if len(chapters) > MOST:
        message = i18n.text("{count} chapters are too many; {most} are the most.", count=len(chapters), most=MOST)
        raise InvalidInput.field("chapters", message, "too_many")
    for number, one in enumerate(chapters):
        wrong = _wrong(one, duration, seen)
        seen.add(one.at)
        if wrong is not None:
            errors.append(FieldError(f"chapters.{number}", *wrong))
    if errors:
        raise InvalidInput(i18n.joined([error.message for error in errors[:5]]), errors=errors)
    return tuple(sorted(chapters, key=lambda one: one.at))


def _wrong(one: Chapter, duration: int | None, seen: set[int]) -> tuple[str, str] | None:
    """Code and message."""
    when = clock(one.at)
    if not one.title:
        return "required", i18n.text("The chapter at {when} needs a title.", when=when)
    if len(one.title) > TITLE_LENGTH:
        return "too_long", i18n.text(
            "The title of the chapter at {when} is longer than {most} characters.", when=when, most=TITLE_LENGTH
        )
    if one.at in seen:
        return "duplicate", i18n.text("Two chapters begin at {when}.", when=when)
    if not 0 <= one.at < (LATEST if duration is None else duration):
        return "out_of_range", i18n.text("The video is over before the chapter at {when} begins.", when=when)
    return None


def of_file(marks: Iterable[tuple[int, str]], duration: int | None) -> tuple[Chapter, ...]:
    """What a file says, as far as it makes sense: nobody is there to be told what does not."""
    chapters: dict[int, Chapter] = {}
    end = LATEST if duration is None else duration
    for at, said in sorted(marks):
        title = _SPACE.sub(" ", said).strip()[:TITLE_LENGTH].strip()
        if title and 0 <= at < end and len(chapters) < MOST:
            chapters.setdefault(at, Chapter(at, title))
    return tuple(chapters.values())


def parse(text: str) -> tuple[Chapter, ...]:
    """One chapter a line, `1:02:03 Title`. Raises InvalidInput that names the first line which is none."""
    found: list[Chapter] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        chapter = _line(line)
        if chapter is None:
            message = i18n.text(
                "Line {number} is no chapter. Write a time and a title: 12:30 The storm.", number=number
            )
            raise InvalidInput.field("chapters", message)
        if len(found) >= MOST:
            raise InvalidInput.field(
                "chapters", i18n.text("There are more than {most} chapters.", most=MOST), "too_many"
            )
        found.append(chapter)
    return tuple(found)


def found_in(description: str, duration: int | None) -> tuple[Chapter, ...]:
    """The lines of a description that begin with a time, if there are at least two and all make sense together."""
    lines = [chapter for line in description.splitlines() if (chapter := _line(line)) is not None]
    try:
        return checked(lines, duration) if len(lines) > 1 else ()
    except InvalidInput:
        return ()


def _line(line: str) -> Chapter | None:
    found = _LINE.fullmatch(line.strip())
    at = None if found is None else instant(found["clock"])
    return None if found is None or at is None else Chapter(at, found["title"])


def instant(text: str) -> int | None:
    """Microseconds of `1:02:03.5` or `62:03`; None for what is no time."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, part = found.groups()
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * SECOND + (int(part.ljust(6, "0")) if part else 0)


def seconds_of(text: str) -> float | None:
    """Of the `t` in an address: `95`, `95.5`, `1h1m35s`, `1:35`; None for what is no time."""
    if (at := instant(text)) is not None:
        return at / SECOND
    found = _SPOKEN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)


def clock(at: int) -> str:
    """1:02:03, 2:03, with as many digits behind the point as are needed."""
    seconds, rest = divmod(max(0, at), SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{shown}.{rest // 1000:03}".rstrip("0") if rest >= 1000 else shown


def written(chapters: Sequence[Chapter]) -> str:
    """What `parse` reads."""
    return "\n".join(f"{clock(one.at)} {one.title}" for one in chapters)


def webvtt(chapters: Sequence[Chapter], duration: int | None) -> str:
    """A track of kind `chapters`: each lasts until the next begins (WebVTT, 1.5 "Chapters")."""
    end = chapters[-1].at + SECOND if chapters else 0
    ends = [*(one.at for one in chapters[1:]), max(duration or 0, end)]
    cues = [
        f"{_stamp(one.at)} --> {_stamp(end)}\n{escape(one.title, quote=False)}\n"
        for one, end in zip(chapters, ends, strict=False)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _stamp(at: int) -> str:
    milliseconds = at // 1000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"
