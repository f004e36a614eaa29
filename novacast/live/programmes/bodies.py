"""Shapes of programmes over the API. Instants are ISO 8601 in UTC, places in a programme are seconds from its start."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from novacast.clock import SECOND, instant, iso
from novacast.i18n import translated
from novacast.live.models import Feed, FeedRole, Marker, Programme, ProgrammeState, Wanted, Whep
from novacast.live.programmes.advice import advice
from novacast.live.programmes.models import KEEP, Changes
from novacast.live.programmes.service import Detail, Now
from novacast.live.store import Health
from novacast.texts import DESCRIPTION_LENGTH, TITLE_LENGTH
from novacast.visibility import Visibility
from novacast.web import Body, ListBody, ListQuery, PageBody

LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$"

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
Language = Annotated[str, Field(pattern=LANGUAGE, description="BCP 47 tag; empty: not said.")]
Start = Annotated[AwareDatetime | None, Field(description="With its zone.")]
End = Annotated[AwareDatetime | None, Field(description="null: open.")]


class ProgrammesQuery(ListQuery):
    state: ProgrammeState | None = None


class ProgrammeChangesBody(Body):
    """What is left out stays as it is."""

    title: Title | None = None
    description: Description | None = None
    language: Language | None = None
    visibility: Visibility | None = None
    planned_start: Start = None
    planned_end: End = None
    whep: Annotated[
        Whep | None, Field(description="Who may watch by WebRTC: staff: members of the organization; viewers: all.")
    ] = None

    def changes(self) -> Changes:
        end = None if self.planned_end is None else instant(self.planned_end)
        return Changes(
            title=self.title,
            description=self.description,
            language=self.language,
            visibility=self.visibility,
            planned_start=None if self.planned_start is None else instant(self.planned_start),
            planned_end=end if "planned_end" in self.model_fields_set else KEEP,
            whep=self.whep,
        )


class NewProgrammeBody(ProgrammeChangesBody):
    """Without `planned_start` it stands by: the channel's next encoder puts it on air."""

    title: Title


class CutBody(Body):
    to: Annotated[Wanted, Field(description="auto: the main feed, without it the backup, without both the slate.")]


class NewMarkerBody(Body):
    title: Title
    seconds: Annotated[
        float | None, Field(ge=0, le=3_600_000, allow_inf_nan=False, description="Where; null: now.")
    ] = None

    @property
    def at(self) -> int | None:
        return None if self.seconds is None else round(self.seconds * SECOND)


class MarkerBody(Body):
    id: str
    seconds: float
    title: str
    person: Annotated[str | None, Field(description="Id of who set it.")]

    @classmethod
    def of(cls, marker: Marker) -> "MarkerBody":
        return cls(id=marker.id, seconds=marker.at / SECOND, title=marker.title, person=marker.person_id)


class MarkersBody(ListBody[MarkerBody]):
    pass


class ProductionBody(Body):
    wanted: Annotated[Wanted, Field(description="What viewers are to see.")]
    ending: Annotated[bool, Field(description="It was asked to end.")]
    peak_viewers: int


class ProgrammeBody(Body):
    id: Annotated[str, Field(description="Also of its watch address, and of the video that it becomes.")]
    channel: str
    organization: str
    title: str
    description: str
    language: str
    visibility: Visibility
    state: ProgrammeState
    planned_start: str | None
    planned_end: str | None
    started_at: str | None
    interrupted_at: Annotated[str | None, Field(description="Since when no encoder sends.")]
    ended_at: str | None
    poster: Annotated[str | None, Field(description="Path of a picture.")]
    whep: Annotated[Whep, Field(description="Who may watch by WebRTC, where places are few.")]
    watch: Annotated[str, Field(description="Path of its page, before, while and after it is on air.")]
    production: Annotated[ProductionBody | None, Field(description="For those who produce it.")]

    @classmethod
    def of(cls, programme: Programme) -> "ProgrammeBody":
        """As those who produce it see it."""
        return cls.shown(programme, produces=True)

    @classmethod
    def shown(cls, one: Programme, *, produces: bool) -> "ProgrammeBody":
        production = ProductionBody(wanted=one.wanted, ending=one.wanted_end, peak_viewers=one.peak_viewers)
        return cls(
            id=one.id,
            channel=one.channel_id,
            organization=one.org_id,
            title=one.title,
            description=one.description,
            language=one.language,
            visibility=one.visibility,
            state=one.state,
            planned_start=iso(one.planned_start),
            planned_end=iso(one.planned_end),
            started_at=iso(one.started_at),
            interrupted_at=iso(one.interrupted_at),
            ended_at=iso(one.ended_at),
            poster=poster_path(one),
            whep=one.whep,
            watch=f"/watch/{one.id}",
            production=production if produces else None,
        )

    @classmethod
    def detailed(cls, detail: Detail) -> "ProgrammeBody":
        return cls.shown(detail.programme, produces=detail.produces)


class NowBody(Body):
    state: ProgrammeState
    viewers: Annotated[int | None, Field(description="Viewing sessions with a sign of life; null: not on air.")]

    @classmethod
    def of(cls, now: Now) -> "NowBody":
        return cls(state=now.state, viewers=now.viewers)


class ProgrammesBody(PageBody[ProgrammeBody]):
    pass


class AdviceBody(Body):
    code: Annotated[str, Field(description="Stable, such as `keyframes_far_apart`.")]
    text: str


class HealthBody(Body):
    measured_at: Annotated[str | None, Field(description="null: nothing was measured yet.")]
    numbers: Annotated[Mapping[str, Any], Field(description="As measured last, by name.")]
    advice: Sequence[AdviceBody]

    @classmethod
    def of(cls, health: Health | None) -> "HealthBody":
        if health is None:
            return cls(measured_at=None, numbers={}, advice=[])
        told = [AdviceBody(code=one.code, text=translated(one.text)) for one in advice(health.numbers)]
        return cls(measured_at=iso(health.at), numbers=health.numbers, advice=told)


class FeedBody(Body):
    id: str
    role: FeedRole
    key: Annotated[str | None, Field(description="Id of the stream key; null: fed by the house itself.")]
    protocol: str
    address: str
    software: str
    began_at: str
    ended_at: str | None
    reason: Annotated[str | None, Field(description="Why it ended, in words.")]

    @classmethod
    def of(cls, feed: Feed) -> "FeedBody":
        return cls(
            id=feed.id,
            role=feed.role,
            key=feed.key_id,
            protocol=feed.protocol,
            address=feed.address,
            software=feed.software,
            began_at=iso(feed.began_at),
            ended_at=iso(feed.ended_at),
            reason=None if feed.reason is None else translated(feed.reason),
        )


class FeedsBody(PageBody[FeedBody]):
    pass


def poster_path(programme: Programme) -> str | None:
    """Another picture has another address, so that browsers may keep what they have."""
    if programme.poster is None:
        return None
    return f"/api/v1/programmes/{programme.id}/poster?picture={programme.poster}"
