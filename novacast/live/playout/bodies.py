"""Shapes of videos on air over the API."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.live.models import FeedRole
from novacast.live.playout.models import MOST_VIDEOS, Playout
from novacast.web import Body

VideoIds = Annotated[
    Sequence[Annotated[str, Field(max_length=64)]],
    Field(min_length=1, max_length=MOST_VIDEOS, description="Ids of videos of the same organization, in order."),
]
Loop = Annotated[bool, Field(description="Round and round, until the planned end or until it is taken off.")]
Role = Annotated[FeedRole, Field(description="main: it is the programme; backup: shown while no encoder sends.")]


class NewPlayoutBody(Body):
    videos: VideoIds
    loop: Loop = False
    role: Role = FeedRole.MAIN


class PlayoutBody(Body):
    programme: str
    videos: VideoIds
    loop: Loop
    role: Role
    began_at: str | None
    finished_at: str | None

    @classmethod
    def of(cls, one: Playout) -> "PlayoutBody":
        return cls(
            programme=one.programme_id,
            videos=one.videos,
            loop=one.loop,
            role=one.role,
            began_at=iso(one.began_at),
            finished_at=iso(one.finished_at),
        )
