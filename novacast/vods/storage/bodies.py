"""Shapes of storage's answers."""

from typing import Annotated

from pydantic import Field

from novacast.i18n import translated
from novacast.vods.storage.models import Usage
from novacast.vods.storage.outlook import Announced, Outlook, Refusal
from novacast.vods.storage.quota import MOST
from novacast.web import Body

LONGEST = 10_000_000
"""Seconds, above what any setting allows."""
TALLEST = 65_536


class ForecastQuery(Body):
    bytes: Annotated[int, Field(ge=1, le=MOST, description="Of the file.")]
    seconds: Annotated[
        float | None, Field(gt=0, le=LONGEST, description="How long it plays; left out: guessed by its bytes.")
    ] = None
    height: Annotated[
        int | None,
        Field(
            ge=0,
            le=TALLEST,
            description="Pixels of the picture's shorter side; 0: sound alone; left out: taken for 1080.",
        ),
    ] = None

    @property
    def announced(self) -> Announced:
        return Announced(self.bytes, self.seconds, self.height)


class RefusalBody(Body):
    code: Annotated[str, Field(description="As in problem documents.")]
    detail: Annotated[str, Field(description="In words.")]
    certain: Annotated[
        bool,
        Field(description="Whether it will be refused; else it may be after it has arrived: its length is a guess."),
    ]

    @classmethod
    def of(cls, refusal: Refusal) -> "RefusalBody":
        return cls(code=refusal.why.code, detail=translated(refusal.why.message), certain=refusal.certain)


class ForecastBody(Body):
    original: Annotated[int, Field(description="Bytes of the file itself.")]
    renditions: Annotated[int, Field(description="Bytes of what will be made of it, about.")]
    seconds: Annotated[
        float | None,
        Field(description="That the work takes from its beginning on, about; null: nothing was made here before."),
    ]
    measured: Annotated[bool, Field(description="Whether the bytes are after past videos; else by the bit rates.")]
    guessed: Annotated[bool, Field(description="Whether the length was guessed by the file's bytes.")]
    refusal: Annotated[RefusalBody | None, Field(description="Why it would not be taken; null: it fits.")]

    @classmethod
    def of(cls, outlook: Outlook) -> "ForecastBody":
        return cls(
            original=outlook.original,
            renditions=outlook.forecast.bytes,
            seconds=outlook.forecast.seconds,
            measured=outlook.forecast.measured,
            guessed=outlook.guessed,
            refusal=None if outlook.refusal is None else RefusalBody.of(outlook.refusal),
        )


class UsageBody(Body):
    originals: Annotated[int, Field(description="Bytes of the files that were brought.")]
    renditions: Annotated[int, Field(description="Bytes of what was made of them.")]
    downloads: Annotated[int, Field(description="Bytes of files made to be downloaded.")]
    pictures: Annotated[int, Field(description="Bytes of pictures to choose posters from.")]
    captions: Annotated[int, Field(description="Bytes of captions.")]
    arriving: Annotated[int, Field(description="Bytes that unfinished uploads have announced.")]
    used: Annotated[int, Field(description="All of these.")]
    quota: Annotated[int | None, Field(description="Bytes that the organization may have; null: no bound.")]

    @classmethod
    def of(cls, usage: Usage) -> "UsageBody":
        return cls(
            originals=usage.originals,
            renditions=usage.renditions,
            downloads=usage.downloads,
            pictures=usage.pictures,
            captions=usage.captions,
            arriving=usage.arriving,
            used=usage.used,
            quota=usage.quota,
        )
