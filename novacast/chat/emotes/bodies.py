"""Shapes of emotes over HTTP."""

from typing import Annotated

from pydantic import Field

from novacast.chat.emotes.models import Emote, Set
from novacast.clock import iso
from novacast.media.miniatures import COLUMNS, SIDE
from novacast.web import Body

Name = Annotated[str, Field(min_length=1, max_length=40, description="2 to 32 of `a-z0-9_`.")]


class ShownEmoteBody(Body):
    name: str
    cell: Annotated[int, Field(description="Its place on the sheet, from 0, row by row.")]
    moving: Annotated[str | None, Field(description="Path of the animated PNG, if it moves.")]


class SheetBody(Body):
    """All emotes of a room. Another sheet has another path: what comes from one may be kept for ever."""

    sheet: Annotated[str | None, Field(description="Path of the PNG that has all of them; null: there are none.")]
    side: Annotated[int, Field(description="Width and height of a cell, in pixels.")]
    columns: int
    rows: int
    items: list[ShownEmoteBody]

    @classmethod
    def of(cls, one: Set) -> "SheetBody":
        count = len(one.emotes)
        columns = min(COLUMNS, count)
        return cls(
            sheet=sheet_path(one),
            side=SIDE,
            columns=columns,
            rows=-(-count // columns) if count else 0,
            items=[
                ShownEmoteBody(name=emote.name, cell=cell, moving=moving_path(emote))
                for cell, emote in enumerate(one.emotes)
            ],
        )


class EmoteBody(Body):
    id: str
    name: str
    moves: bool
    added_at: str
    removed_at: Annotated[str | None, Field(description="For a day it can be brought back.")]

    @classmethod
    def of(cls, one: Emote) -> "EmoteBody":
        return cls(
            id=one.id,
            name=one.name,
            moves=one.moving is not None,
            added_at=iso(one.added_at),
            removed_at=iso(one.removed_at),
        )


class EmotesBody(Body):
    items: list[EmoteBody]
    removed: list[EmoteBody]


class AddQuery(Body):
    name: Name


class EmoteChangesBody(Body):
    name: Name | None = None
    removed: Annotated[bool | None, Field(description="false brings it back.")] = None


def sheet_path(one: Set) -> str | None:
    return f"/api/v1/emotes/{one.org_id}/{one.version}/sheet.png" if one.emotes else None


def moving_path(one: Emote) -> str | None:
    return None if one.moving is None else f"/api/v1/emotes/{one.org_id}/{one.moving}/moving.png"
