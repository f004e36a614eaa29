"""What takes room, what may, and rules about it. Pure."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from pathlib import Path

from novacast.errors import Conflict
from novacast.i18n import Text
from novacast.records import dataclass

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
SAMPLES = 200
"""Past videos that a forecast looks at."""
FEW = 3
"""With fewer, what is planned counts for more than what was."""


def room(size: int) -> Text:
    """Bytes as people read them: 1.3 GB, in powers of 1000, with the decimal sign of whoever reads it."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 1 if unit and value < 100 else 0
    return Text(f"{{value:.{digits}f}} {UNITS[unit]}", {"value": value})


class QuotaReached(Conflict):
    """The organization has all the room it may have."""

    code = "quota_reached"


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes."""

    originals: int
    renditions: int
    """With those of videos that are being made, as far as they are."""
    downloads: int
    """Files made to be taken home."""
    pictures: int
    """To choose posters from."""
    captions: int
    arriving: int
    """What unfinished uploads have announced, and files that wait to take another's place."""
    quota: int | None
    """None: no bound but the disk's."""

    @property
    def used(self) -> int:
        made = self.renditions + self.downloads + self.pictures + self.captions
        return self.originals + made + self.arriving

    @property
    def free(self) -> int | None:
        return None if self.quota is None else max(0, self.quota - self.used)

    @property
    def share(self) -> float | None:
        """Of the quota, up to 1."""
        if self.quota is None:
            return None
        return min(1.0, self.used / self.quota) if self.quota else 1.0


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a video's files, as they lie on the disk."""

    renditions: int
    pictures: int
    captions: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rendition to be made."""

    name: str
    bitrate: int
    """Bits a second that are meant for demanding material."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a rendition of a past video came to."""

    name: str
    bitrate: float
    """Bits a second that it takes."""


@dataclass(frozen=True, slots=True)
class Forecast:
    bytes: int
    """Of all renditions."""
    seconds: float | None
    """That the work takes; None where nothing like it was done before."""
    measured: bool
    """Whether it is after what past videos came to."""


def size(wanted: Sequence[Wanted], past: Sequence[Sample], seconds: float) -> tuple[int, bool]:
    """Bytes, and whether all are after past videos. Four of five of those took less than what is said here.

    Without any to go by it is half of what demanding pictures take: simple ones take less, and a disk that fills
    later is seen in time.
    """
    total, measured = 0.0, True
    for one in wanted:
        rates = sorted(sample.bitrate for sample in past if sample.name == one.name)
        if len(rates) >= FEW:
            total += min(rates[len(rates) * 4 // 5], one.bitrate * 1.25) * seconds / 8
        else:
            measured = False
            total += one.bitrate / 2 * seconds / 8
    return round(total), measured and bool(wanted)


def median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None


class Kind(StrEnum):
    """What a sweep may find."""

    ARRIVAL = "arrival"
    """A file among the arrivals that is nobody's."""
    IMPORT = "import"
    """The beginning of a file whose import was given up."""
    VIDEO = "video"
    """A folder of a video that is not there."""
    RECORDING = "recording"
    """A folder of a programme that is not there, or has long been a video."""
    EDITION = "edition"
    """A folder of an edition that nobody watches or makes."""
    RUNG = "rung"
    """A rendition that no row tells of."""
    NO_EDITION = "no_edition"
    """A video that should be there to be watched, and is not."""
    NO_RUNG = "no_rung"
    """A rung that should be there, and is not."""
    NO_ORIGINAL = "no_original"
    """A video whose file is gone: what was made of it can be watched, but not be made again."""

    @property
    def of_files(self) -> bool:
        """Files without rows; else rows without files."""
        return self in {Kind.ARRIVAL, Kind.IMPORT, Kind.VIDEO, Kind.RECORDING, Kind.EDITION, Kind.RUNG}


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    path: Path
    bytes: int
    """What mending sets free."""
    video_id: str | None
    mend: Text
    """What mending does; in words, also where it can't be mended."""
    mendable: bool = True
    changed: int = 0
    """Microseconds: when any of the files changed last."""


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    young: int
    """Files without rows that are less than an hour old, or held by work: perhaps they are just being made."""
    free: int
    """Bytes of the disk that may be used."""


@dataclass(frozen=True, slots=True)
class Known:
    """What rows say of one video's files."""

    video_id: str
    source_name: str
    state: str
    edition: str | None
    transcode_edition: str | None
    live: bool
    """Whether its transcode waits or runs."""
    dropped: bool
    """Whether its original was dropped on purpose."""
    rungs: tuple[str, ...]
    """That are published."""


@dataclass(frozen=True, slots=True)
class Heavy:
    """A video that may be made smaller."""

    video_id: str
    edition: str
    rungs: tuple[tuple[str, int, int], ...]
    """Name, short side and bytes of each that is published."""


def dropped(rungs: Sequence[tuple[str, int, int]], keep: int) -> tuple[str, ...]:
    """Names of the rungs above `keep`; the smallest always stays."""
    ordered = sorted(rungs, key=lambda rung: (rung[1], rung[0]))
    return tuple(name for name, short, _ in ordered[1:] if short > keep)


def without(master: str, names: Collection[str]) -> str:
    """A multivariant playlist without the variants whose playlists lie in these folders (RFC 8216 4.3.4.2)."""
    kept: list[str] = []
    for line in master.splitlines():
        if line and not line.startswith("#") and line.partition("/")[0] in names:
            kept.pop()  # its EXT-X-STREAM-INF, which stands right before it
            continue
        kept.append(line)
    return "\n".join(kept) + "\n"
