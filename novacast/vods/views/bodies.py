"""Shapes of the views' API."""

from typing import Annotated

from pydantic import Field

from novacast.clock import DAY, moment
from novacast.vods.views.models import Counted, Day
from novacast.web import Body


class ViewRequest(Body):
    session: Annotated[str, Field(min_length=1, max_length=64, description="`session` of the stream that was played.")]


class ViewBody(Body):
    counted: Annotated[bool, Field(description="False for one that was counted within half an hour, or of a robot.")]


class ViewsQuery(Body):
    days: Annotated[int, Field(ge=1, le=366, description="How far back `days` reaches, today included.")] = 30


class DayBody(Body):
    day: Annotated[str, Field(description="Such as 2026-01-31, in UTC.")]
    views: int

    @classmethod
    def of(cls, day: Day) -> "DayBody":
        return cls(day=moment(day.day * DAY).date().isoformat(), views=day.number)


class ViewsBody(Body):
    total: int
    days: Annotated[list[DayBody], Field(description="Days with a view; for those who may edit the video.")]

    @classmethod
    def of(cls, counted: Counted) -> "ViewsBody":
        return cls(total=counted.total, days=[DayBody.of(day) for day in counted.days])
