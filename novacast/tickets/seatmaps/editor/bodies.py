"""Shapes of what the seat map's editor asks for."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.seatmaps.bodies import DifferenceBody, MapDocumentBody, MapSectionBody, NewMapBody
from novacast.tickets.seatmaps.editor.service import Effect, Publication
from novacast.tickets.seatmaps.editor.store import Draft
from novacast.tickets.seatmaps.hall.bodies import HallBody
from novacast.tickets.seatmaps.models import LONGEST_NAME
from novacast.web import Body


class LooseDocumentBody(MapDocumentBody):
    """A document that may have no seats yet."""

    sections: Annotated[Sequence[MapSectionBody], Field(max_length=500)] = ()


class SketchBody(Body):
    """One of them."""

    document: LooseDocumentBody | None = None
    csv: Annotated[
        str | None,
        Field(
            max_length=10_000_000,
            description="A seat a line; columns section, row, number, category, kind, aisle, x, y, rank, id.",
        ),
    ] = None


class SketchedBody(Body):
    document: LooseDocumentBody
    hall: HallBody


class NewDraftBody(LooseDocumentBody):
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    base: Annotated[int, Field(ge=1, description="The version it was made of.")]


class DraftBody(Body):
    map: str
    base: int
    name: str
    document: LooseDocumentBody
    changed_at: str

    @classmethod
    def of(cls, one: Draft) -> "DraftBody":
        document = LooseDocumentBody.model_validate(one.document)
        return cls(map=one.map_id, base=one.base, name=one.name, document=document, changed_at=iso(one.changed_at))


class PublicationWishBody(NewMapBody):
    performances: Annotated[
        Sequence[Annotated[str, Field(max_length=40)]], Field(max_length=1000, description="Which of them get it.")
    ] = ()
    only_look: Annotated[bool, Field(description="Say what would change, and change nothing.")] = False


class EffectBody(Body):
    performance: str
    event: str
    starts_at: str
    difference: DifferenceBody

    @classmethod
    def of(cls, one: Effect) -> "EffectBody":
        return cls(
            performance=one.performance.id,
            event=one.event.title,
            starts_at=iso(one.performance.starts_at),
            difference=DifferenceBody.of(one.difference),
        )


class PublicationBody(Body):
    version: int
    effects: list[EffectBody]

    @classmethod
    def of(cls, one: Publication) -> "PublicationBody":
        return cls(version=one.seat_map.version, effects=[EffectBody.of(effect) for effect in one.effects])


def loose(document: dict[str, Any]) -> LooseDocumentBody:
    return LooseDocumentBody.model_validate(document)
