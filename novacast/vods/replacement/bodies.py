"""Shapes of what a replacement is told as."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.vods.replacement.models import Replacement
from novacast.web import Body


class ReplacementBody(Body):
    state: Annotated[Literal["waiting", "refused"], Field(description="What was taken is told as a transcode.")]
    source_name: str
    bytes: int
    reason: Annotated[str | None, Field(description="Why it was refused, in words.")]
    asked_at: str

    @classmethod
    def of(cls, replacement: Replacement) -> "ReplacementBody":
        return cls(
            state="waiting" if replacement.reason is None else "refused",
            source_name=replacement.source_name,
            bytes=replacement.source_bytes,
            reason=None if replacement.reason is None else translated(replacement.reason),
            asked_at=iso(replacement.asked_at),
        )
