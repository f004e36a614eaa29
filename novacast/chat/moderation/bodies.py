"""Shapes of who is in a room, and of what waits."""

from typing import Annotated

from pydantic import Field

from novacast.chat.bodies import BadgeBody, MessageBody, Names
from novacast.chat.moderation.people import Card, Present
from novacast.chat.moderation.sanctions.bodies import SanctionBody
from novacast.chat.moderation.services import Queues
from novacast.clock import iso
from novacast.web import Body, PageBody


class PresentBody(Body):
    id: str
    name: str
    badges: list[BadgeBody]
    moderates: bool
    connections: int
    silenced: Annotated[bool, Field(description="Whether a time-out or ban keeps them from writing.")]

    @classmethod
    def of(cls, one: Present) -> "PresentBody":
        badges = [BadgeBody(kind=badge.kind, label=badge.label or None) for badge in one.badges]
        return cls(
            id=one.id,
            name=one.name,
            badges=badges,
            moderates=one.moderates,
            connections=one.connections,
            silenced=one.silenced is not None,
        )


class PeopleBody(PageBody[PresentBody]):
    pass


class CardBody(Body):
    """What moderators are told of somebody who is or was in the room."""

    id: str
    name: str
    role: str | None
    joined_at: Annotated[str, Field(description="When the account was made.")]
    shown: Annotated[int, Field(description="Messages here, counted up to 1000 in all.")]
    held: int
    deleted: int
    latest: list[MessageBody]
    sanctions: list[SanctionBody]

    @classmethod
    def of(cls, one: Card, names: Names) -> "CardBody":
        return cls(
            id=one.id,
            name=one.standing.name,
            role=None if one.standing.role is None else one.standing.role.value,
            joined_at=iso(one.standing.joined_at),
            shown=one.said.shown,
            held=one.said.held,
            deleted=one.said.deleted,
            latest=[MessageBody.of(message, reveal=True) for message in one.latest],
            sanctions=[SanctionBody.of(sanction, names) for sanction in one.sanctions],
        )


class AutomaticBody(Body):
    on: Annotated[bool, Field(description="Whether the operator set a machine up.")]
    waiting: int
    dropped: Annotated[int, Field(description="Messages that went unjudged since the server started.")]
    resting: Annotated[bool, Field(description="It failed several times and is left alone for a while.")]


class QueuesBody(Body):
    """How much waits, counted up to 1000."""

    held: int
    reports: int
    automatic: AutomaticBody

    @classmethod
    def of(cls, one: Queues) -> "QueuesBody":
        machine = one.automatic
        return cls(
            held=one.held,
            reports=one.reports,
            automatic=AutomaticBody(
                on=machine.on, waiting=machine.waiting, dropped=machine.dropped, resting=machine.resting
            ),
        )
