"""Base of the models that requests are parsed into and answers are written from; they are OpenAPI's shapes as well."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """Unknown fields are refused and JSON types are taken as they are: "1" is no number, 1 no text.

    An answer has a classmethod `of(thing) -> Self`, which is also what `call.remember` is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class ListQuery(Body):
    """Query of a list: `next` of one page is the `cursor` of the page behind it."""

    cursor: Annotated[str | None, Field(max_length=500, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="How many items at most.")] = 20
