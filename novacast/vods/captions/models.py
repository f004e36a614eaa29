"""What a track of captions is and what it may hold. Pure rules, no input or output."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from novacast.errors import FieldError, InvalidInput
from novacast.i18n import Text, joined, ntext, text
from novacast.records import dataclass
from novacast.vods.models import composed

MOST_TRACKS = 50
MOST_CUES = 10_000
MOST_CHARACTERS = 1_000_000
"""Of all cues of a track together."""
LONGEST_TEXT = 1_000
LONGEST_LABEL = 60
LATEST = 1_000 * 3600 * 1000
"""Milliseconds."""
MOST_BYTES = 4 * 1024 * 1024
"""Of a file that is brought."""
KEPT_REVISIONS = 30
KEPT_CHARACTERS = 8_000_000
"""Of all revisions of a track together; the latest are kept whatever they take."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
"""BCP 47 (RFC 5646 2.1) without its rare forms."""


class Kind(StrEnum):
    SUBTITLES = "subtitles"
    """What is said, for those who do not know the language."""
    CAPTIONS = "captions"
    """And what is to be heard besides, for those who do not hear it."""


class Origin(StrEnum):
    """Where a track came from; once people change it, it is theirs (`Track.edited`)."""

    TYPED = "typed"
    UPLOADED = "uploaded"
    EMBEDDED = "embedded"
    """In the video's own file."""
    AUTOMATIC = "automatic"
    """Made by a machine of what is said."""


class Act(StrEnum):
    """What made a revision."""

    BEGUN = "begun"
    FILE = "file"
    EDIT = "edit"
    SHIFT = "shift"
    RESTORE = "restore"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, order=True)
class Cue:
    start: int
    """Milliseconds, as is `end`."""
    end: int
    text: str
    """WebVTT cue text (W3C WebVTT 4.2.2) of the tags that `markup` lets through."""
    settings: str = ""
    """Where it stands, as WebVTT says it: `line:0 align:start`."""


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    video_id: str
    language: str
    """BCP 47."""
    kind: Kind
    label: str
    """What people choose it by; empty: the language's name."""
    origin: Origin
    edited: bool
    """People have had their hands on its cues."""
    default: bool
    """Shown unless a viewer wants otherwise; one track of a video at most."""
    forced: bool
    """Only what needs to be read even by those who know the language of the sound: signs, other tongues."""
    source: str
    """Of an embedded one: which stream of which file."""
    revision: int
    """Number of the cues that count; an edit names the one that it began from."""
    cues: int
    """How many."""
    created_at: int
    updated_at: int

    @property
    def automatic(self) -> bool:
        """Nobody has read it yet."""
        return self.origin is Origin.AUTOMATIC and not self.edited


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    act: Act
    cues: int
    made_at: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new track is to be."""

    language: str
    kind: Kind = Kind.SUBTITLES
    label: str = ""
    default: bool = False
    forced: bool = False

    def checked(self) -> Mapping[str, Any]:
        """The columns. Raises InvalidInput with every field at fault."""
        return Changes(self.language, self.kind, self.label, self.default, self.forced).checked()


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit of a track sets; None leaves it as it is."""

    language: str | None = None
    kind: Kind | None = None
    label: str | None = None
    default: bool | None = None
    forced: bool | None = None

    def checked(self) -> Mapping[str, Any]:
        columns: dict[str, Any] = {}
        errors: list[FieldError] = []
        if self.language is not None:
            columns["language"] = self.language.strip()
            if not _LANGUAGE.match(columns["language"]):
                message = text("Write the language as a tag such as en, de or pt-BR.")
                errors.append(FieldError("language", "invalid", message))
        if self.label is not None:
            columns["label"] = " ".join(printable(self.label).split())
            if len(columns["label"]) > LONGEST_LABEL:
                message = text("The name has more than {most} characters.", most=LONGEST_LABEL)
                errors.append(FieldError("label", "too_long", message))
        if errors:
            raise InvalidInput(joined([error.message for error in errors]), errors=errors)
        if self.kind is not None:
            columns["kind"] = self.kind.value
        flags = {"is_default": self.default, "forced": self.forced}
        return columns | {name: int(value) for name, value in flags.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of a file of subtitles."""

    cues: tuple[Cue, ...]
    warnings: tuple[Text, ...] = ()
    """What was left out or guessed, for the person who brought it."""


@dataclass(slots=True)
class Losses:
    """Counts what a reader has to leave out."""

    unreadable: int = 0
    backwards: int = 0
    late: int = 0
    long: int = 0
    said: list[Text] = field(default_factory=list)

    @property
    def warnings(self) -> tuple[Text, ...]:
        counted = (
            (self.unreadable, _UNREADABLE), (self.backwards, _BACKWARDS), (self.late, _LATE), (self.long, _LONG),
        )  # fmt: skip
        return (*self.said, *(say(count) for count, say in counted if count))


def _UNREADABLE(n: int) -> Text:  # noqa: N802 - one of a table of sentences
    return ntext("{n} entry can't be read and is left out.", "{n} entries can't be read and are left out.", n)


def _BACKWARDS(n: int) -> Text:  # noqa: N802 - one of a table of sentences
    return ntext(
        "{n} entry ends before it begins and is left out.", "{n} entries end before they begin and are left out.", n
    )


def _LATE(n: int) -> Text:  # noqa: N802 - one of a table of sentences
    return ntext("{n} entry is too late and is left out.", "{n} entries are too late and are left out.", n)


def _LONG(n: int) -> Text:  # noqa: N802 - one of a table of sentences
    return ntext("{n} entry was too long and is cut.", "{n} entries were too long and are cut.", n)


def checked(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """In order of time. Raises InvalidInput that names the first few entries at fault."""
    kept, errors = [], []
    for number, cue in enumerate(cues):
        if number >= MOST_CUES:
            raise InvalidInput.field("cues", text("A track has at most {most} entries.", most=MOST_CUES), "too_many")
        if (message := _fault(cue, number + 1)) is not None:
            errors.append(FieldError(f"cues.{number}", "invalid", message))
        kept.append(cue)
    if errors:
        raise InvalidInput(joined([error.message for error in errors[:5]]), errors=errors[:50])
    check_size(kept)
    return tuple(sorted(kept, key=lambda cue: (cue.start, cue.end)))


def check_size(cues: Sequence[Cue]) -> None:
    if sum(len(cue.text) for cue in cues) > MOST_CHARACTERS:
        message = text("All entries together have more than {most} characters.", most=MOST_CHARACTERS)
        raise InvalidInput.field("cues", message, "too_large")


def _fault(cue: Cue, number: int) -> Text | None:
    if cue.end <= cue.start:
        return text("Entry {number} does not end after its beginning.", number=number)
    if cue.start < 0 or cue.end > LATEST:
        return text("Entry {number} lies outside of any video.", number=number)
    if not cue.text:
        return text("Entry {number} has no words.", number=number)
    if len(cue.text) > LONGEST_TEXT:
        return text("Entry {number} has more than {most} characters.", number=number, most=LONGEST_TEXT)
    return None


def shifted(cues: Iterable[Cue], by: int) -> tuple[Cue, ...]:
    """All later by so many milliseconds, or earlier; what would lie before the beginning is cut, or gone.

    Raises InvalidInput where one would be later than any video is long.
    """
    moved = [Cue(max(0, cue.start + by), cue.end + by, cue.text, cue.settings) for cue in cues]
    if moved and max(cue.end for cue in moved) > LATEST:
        raise InvalidInput.field("seconds", text("That is later than any video is long."), "too_large")
    return tuple(cue for cue in moved if cue.end > cue.start)


def printable(words: str, keep: str = "") -> str:
    """Without control characters and halves of surrogate pairs."""
    words = composed(words.encode("utf-8", "replace").decode())
    return "".join(c for c in words if c in keep or (unicodedata.category(c) != "Cc" and c != "\ufeff"))
