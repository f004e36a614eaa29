"""Shapes of undoing imports."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.operations.imports.undoing.models import Kept, Undone
from novacast.web import Body, PageBody


class UndoneBody(Body):
    undone: Annotated[int, Field(description="Things that are gone.")]
    kept: Annotated[int, Field(description="Things that were touched since, and stay.")]
    begun_at: str | None
    ended_at: Annotated[str | None, Field(description="Null: under way, or not wanted.")]

    @classmethod
    def of(cls, one: Undone | None) -> "UndoneBody":
        if one is None:
            return cls(undone=0, kept=0, begun_at=None, ended_at=None)
        return cls(undone=one.undone, kept=one.kept, begun_at=iso(one.begun_at), ended_at=iso(one.ended_at))


class KeptBody(Body):
    kind: str
    key: Annotated[str, Field(description="Its name in the other system.")]
    reason: str

    @classmethod
    def of(cls, one: Kept) -> "KeptBody":
        return cls(kind=one.kind, key=one.key, reason=one.reason)


class KeptPageBody(PageBody[KeptBody]):
    pass
