"""What a file will need that was only announced: what whoever has it knows without sending it."""

import asyncio
from collections.abc import Iterator, Sequence
from fractions import Fraction

from novacast.clock import HOUR, SECOND
from novacast.database import Database
from novacast.errors import DiskFull, Forbidden, MediaFailure, NovaCastError, TooLarge
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.media.encoders import Codec
from novacast.media.info import Audio, Colour, MediaInfo, Video
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.vods.folders import MediaFolders, free_bytes
from novacast.vods.storage import store
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.models import Forecast, Usage, median, room
from novacast.vods.storage.quota import Quotas, fits
from novacast.vods.transcoding.plan import Choices, Plan
from novacast.vods.uploads import store as uploads
from novacast.vods.uploads.files import outstanding

USUAL_RATE = 8_000_000
"""Bits a second of a file whose length nobody knows, where none was brought before: what cameras of phones write."""
USUAL_HEIGHT = 1080
SHORTEST = SECOND // 10


@dataclass(frozen=True, slots=True)
class Announced:
    bytes: int
    seconds: float | None
    """None: it is guessed by the bytes."""
    height: int | None
    """Pixels of the shorter side; 0: sound alone; None: not known."""


@dataclass(frozen=True, slots=True)
class There:
    """What there is for it."""

    usage: Usage
    disk: int
    """Bytes that may be used, those aside that uploads have announced; below 0 where they are too many already."""


@dataclass(frozen=True, slots=True)
class Refusal:
    why: NovaCastError
    certain: bool
    """Whether it would be refused on its way; else it may be, after it has arrived: the forecast stands on a guess."""


@dataclass(frozen=True, slots=True)
class Outlook:
    original: int
    forecast: Forecast
    guessed: bool
    """Whether the length is a guess."""
    refusal: Refusal | None


class Outlooks:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        quotas: Quotas,
        forecasts: Forecasts,
        settings: Settings,
        codecs: Sequence[Codec] = (),
    ) -> None:
        """`codecs`: those beside H.264 that are wished for."""
        self._db = db
        self._folders = folders
        self._quotas = quotas
        self._forecasts = forecasts
        self._settings = settings
        self._codecs = codecs

    async def of(self, principal: Principal, org_id: str, announced: Announced) -> Outlook:
        """For those who may bring it there. Raises NotFound for strangers, Forbidden for other members."""
        usage = await self._quotas.usage(principal, org_id)
        if not principal.allows(Action.VIDEO_UPLOAD, org_id):
            raise Forbidden(text("You may not upload videos to this organization."))
        seconds = announced.seconds
        if seconds is None:
            rate = median(await self._db.all(store.source_rates(org_id))) or USUAL_RATE
            seconds = min(announced.bytes * 8 / rate, self._settings.transcode.max_hours * HOUR / SECOND)
        plan = Plan.of(imagined(announced, seconds), Choices.of(self._settings.transcode, self._codecs))
        forecast = await self._forecasts.of(org_id, plan)
        there = There(usage, await self._disk())
        refusal = next(self._refusals(announced, forecast, there), None)
        return Outlook(announced.bytes, forecast, announced.seconds is None, refusal)

    def _refusals(self, announced: Announced, forecast: Forecast, there: There) -> Iterator[Refusal]:
        """What is certain comes first."""
        certain = announced.seconds is not None
        if error := self._too_much(announced):
            yield Refusal(error, certain=True)
        for size, sure in ((announced.bytes, True), (announced.bytes + forecast.bytes, certain)):
            if error := _over(there, size):
                yield Refusal(error, sure)

    def _too_much(self, announced: Announced) -> NovaCastError | None:
        largest, longest = self._settings.uploads.max_bytes, self._settings.transcode.max_hours
        if announced.bytes > largest:
            words = text(
                "The file has {length} bytes; videos of up to {most} bytes are taken.",
                length=announced.bytes,
                most=largest,
            )
            return TooLarge(words)
        hours = (announced.seconds or 0) * SECOND / HOUR
        if hours > longest:
            words = text("The video lasts {hours:.1f} hours; {most:g} are the most.", hours=hours, most=longest)
            return MediaFailure(words)
        return None

    async def _disk(self) -> int:
        """The smaller of the disks that uploads and media are on, where those are two."""
        lengths = {row.id: row.length for row in await self._db.all(uploads.unfinished())}
        arriving = self._folders.data.uploads

        def free() -> int:
            return min(self._folders.free(), free_bytes(arriving)) - outstanding(arriving, lengths)

        return await asyncio.to_thread(free) - self._settings.uploads.reserve_bytes


def _over(there: There, size: int) -> NovaCastError | None:
    """Why so many bytes do not fit."""
    try:
        fits(there.usage, size)
    except NovaCastError as error:
        return error
    if size > there.disk:
        return DiskFull(
            text(
                "It needs about {wanted}, what is made of it included, and only {free} may be used on the "
                "server's disk. Ask whoever runs this server to free some.",
                wanted=room(size),
                free=room(max(0, there.disk)),
            )
        )
    return None


def imagined(announced: Announced, seconds: float) -> MediaInfo:
    """A usual file of that length and height: 16:9, 30 pictures a second, stereo."""
    height = USUAL_HEIGHT if announced.height is None else announced.height
    duration = max(SHORTEST, round(seconds * SECOND))
    sound = Audio(1, "aac", "LC", "stereo", 2, 48_000, None, default=True)
    return MediaInfo(
        container="mov",
        size=announced.bytes,
        duration=duration,
        declared_duration=None,
        bit_rate=None,
        video=_picture(height) if height else None,
        audio=(sound,),
        subtitles=(),
        warnings=(),
    )


def _picture(height: int) -> Video:
    return Video(
        index=0,
        codec="h264",
        profile=None,
        level=None,
        pix_fmt="yuv420p",
        width=round(height * 16 / 9),
        height=height,
        sample_aspect=Fraction(1),
        rotation=0,
        fps=Fraction(30),
        average_fps=None,
        base_fps=None,
        bit_rate=None,
        bit_depth=8,
        alpha=False,
        interlaced=False,
        colour=Colour(0, 2, 2, 2),
        keyframes=None,
    )
