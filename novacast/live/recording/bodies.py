"""Shapes of clips over the API."""

from typing import Annotated

from pydantic import Field

from novacast.clock import SECOND
from novacast.live.recording.clips import BEFORE, LAST, Clip
from novacast.texts import TITLE_LENGTH
from novacast.web import Body

Seconds = Annotated[float, Field(ge=0, le=360_000, allow_inf_nan=False)]


class NewClipBody(Body):
    """Seconds from the beginning of the programme while it is on air, of its recording afterwards. A clip has whole
    segments, so that it may begin a little earlier and end a little later."""

    start_seconds: Seconds
    end_seconds: Seconds
    title: Annotated[str, Field(max_length=TITLE_LENGTH, description="Empty: the programme's.")] = ""

    @property
    def span(self) -> tuple[int, int]:
        """Microseconds."""
        return round(self.start_seconds * SECOND), round(self.end_seconds * SECOND)


class LatestClipBody(Body):
    """What was on just now, in whole segments."""

    last_seconds: Annotated[int, Field(ge=1, le=LAST)]
    before_seconds: Annotated[int, Field(ge=0, le=BEFORE, description="How long ago it ended.")] = 0
    title: Annotated[str, Field(max_length=TITLE_LENGTH, description="Empty: the programme's.")] = ""


class ClipBody(Body):
    id: Annotated[str, Field(description="Of the video that it is.")]
    title: str
    visibility: str
    seconds: float

    @classmethod
    def of(cls, clip: Clip) -> "ClipBody":
        return cls(id=clip.id, title=clip.title, visibility=clip.visibility, seconds=clip.duration / SECOND)
