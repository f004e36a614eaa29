"""Shapes of storage's answers."""

from typing import Annotated

from pydantic import Field

from novacast.vods.storage.models import Usage
from novacast.web import Body


class UsageBody(Body):
    originals: Annotated[int, Field(description="Bytes of the files that were brought.")]
    renditions: Annotated[int, Field(description="Bytes of what was made of them.")]
    arriving: Annotated[int, Field(description="Bytes that unfinished uploads have announced.")]
    used: Annotated[int, Field(description="All of these.")]
    quota: Annotated[int | None, Field(description="Bytes that the organization may have; null: no bound.")]

    @classmethod
    def of(cls, usage: Usage) -> "UsageBody":
        return cls(
            originals=usage.originals,
            renditions=usage.renditions,
            arriving=usage.arriving,
            used=usage.used,
            quota=usage.quota,
        )
