"""What imports need of other rooms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from novacast.i18n import Text
from novacast.vods.imports.models import Chapter, Subtitle
from novacast.vods.models import Visibility


class Allowance(Protocol):
    async def check(self, org_id: str, size: int, /) -> None:
        """Raises a refusal where the organization may not have so many bytes more."""
        ...


class Beside(Protocol):
    """Takes over what lay beside a video that has just begun. Raises NovaCastError with the reason why not."""

    async def subtitles(self, video_id: str, one: Subtitle, language: str, /) -> Sequence[Text]:
        """`language` where the file's name says none. What of it was left out, in words."""
        ...

    async def picture(self, video_id: str, path: Path, /) -> None: ...

    async def chapters(self, video_id: str, chapters: Sequence[Chapter], /) -> None: ...

    async def shelve(self, video_id: str, org_id: str, title: str, visibility: Visibility, /) -> None:
        """At the end of the organization's collection of that title, which is made if there is none."""
        ...
