"""Base of the models that requests are parsed into and answers are written from; they are OpenAPI's shapes as well."""

from collections.abc import Callable, Iterable
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from novacast.database import Page

Item = TypeVar("Item", bound="Body")
Thing = TypeVar("Thing")


class Body(BaseModel):
    """Unknown fields are refused and JSON types are taken as they are: "1" is no number, 1 no text.

    How one is checked and written is worked out when the first of its kind is, not when the server starts.
    An answer has a classmethod `of(thing) -> Self`, which is also what `call.remember` is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ListQuery(Body):
    """Query of a list: `next` of one page is the `cursor` of the page behind it."""

    cursor: Annotated[str | None, Field(max_length=500, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="How many items at most.")] = 20


class ListBody(Body, Generic[Item]):
    """A whole list. Each list is a class of its own, `class SessionsBody(ListBody[SessionBody])`: OpenAPI's name."""

    items: list[Item]

    @classmethod
    def of(cls, things: Iterable[Thing], item: Callable[[Thing], Item]) -> Self:
        """`item`: how one thing is written."""
        return cls(items=[item(thing) for thing in things])


class PageBody(Body, Generic[Item]):
    """One page of a list; a class of its own for each, as with ListBody."""

    items: list[Item]
    next: str | None

    @classmethod
    def of(cls, page: Page[Thing], item: Callable[[Thing], Item]) -> Self:
        return cls(items=[item(thing) for thing in page.items], next=page.next)
