"""What captions need of their neighbours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Showing(Protocol):
    async def dress(self, video_id: str, /) -> None:
        """Bring the captions that `delivery.Caption` rows tell to all that is watched of a video. Repeatable."""
        ...


class Said(Protocol):
    """A sentence or so of speech."""

    @property
    def start(self) -> int:
        """Milliseconds from the beginning of the piece, as is `end`."""
        ...

    @property
    def end(self) -> int: ...

    @property
    def words(self) -> str: ...


class Transcript(Protocol):
    @property
    def language(self) -> str:
        """BCP 47; empty where it was not told."""
        ...

    @property
    def said(self) -> Sequence[Said]: ...


class Transcriber(Protocol):
    """Who writes down what is said in a piece of sound."""

    async def transcribe(self, sound: Path, language: str, /) -> Transcript:
        """`language`: BCP 47, empty to find out. Raises Unavailable where trying again later may help, with
        `retry_after` seconds, and MediaFailure where it will not.
        """
        ...
