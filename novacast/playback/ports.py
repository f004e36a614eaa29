"""What playback needs of its neighbours. Slices fit these shapes without knowing of playback; wiring joins them."""

from pathlib import Path
from typing import Protocol

from novacast.identity import Principal


class Playable(Protocol):
    """Something that can be watched now, as its slice describes it. Any frozen dataclass with these names fits.

    Every file that a viewer may fetch lies in `folder` or below it, no link among them. Names are plain: letters,
    digits, `_` and `-`, beginning with a letter or digit; a file has one dot, before `m3u8`, `m4s`, `mp4`, `vtt`, `jpg`
    or `png`; folders have none and are at most four deep. Work in progress lies elsewhere, or in a folder whose name
    begins with a dot. Segments, init segments and pictures never change under one name; playlists and VTT files may, by
    being replaced as a whole (rename).
    """

    @property
    def media_id(self) -> str: ...

    @property
    def kind(self) -> str:
        """`video` or `live`."""
        ...

    @property
    def org_id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def folder(self) -> Path:
        """Absolute."""
        ...

    @property
    def master(self) -> str:
        """The multivariant playlist's name in `folder`, such as `master.m3u8`."""
        ...

    @property
    def poster(self) -> str | None:
        """A picture's name in `folder`."""
        ...

    @property
    def storyboard(self) -> str | None:
        """The name in `folder` of a WebVTT file whose cues point at sprites beside it."""
        ...

    @property
    def duration(self) -> int | None:
        """Microseconds; None while unknown or endless."""
        ...


class MediaSource(Protocol):
    """A slice that has things to watch. Several are asked in order; the first that does not say NotFound answers."""

    async def locate(self, principal: Principal, media_id: str) -> Playable:
        """The thing, if `principal` may watch it at this moment.

        Raises NotFound (missing, not ready, or not for these eyes), or Unauthenticated if signing in would help.
        Called once when a session opens and again after every fact that names the media, its organization or the
        viewer: it must read the rows, not a copy.
        """
        ...


class Viewers(Protocol):
    """The people behind viewing sessions, as they are now."""

    async def principal_of(self, session_id: str) -> Principal | None:
        """Who is signed in by this session or API token (`Principal.session_id`), with today's roles; None once it is
        over."""
        ...


class Subject(Protocol):
    """A person whose data is exported or erased."""

    @property
    def person_id(self) -> str: ...
