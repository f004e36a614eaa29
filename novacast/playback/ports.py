"""What playback needs of its neighbours. Slices fit these shapes without knowing of playback; wiring joins them."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any, Protocol

from novacast.database import Transaction
from novacast.identity import Principal


class Aired(Protocol):
    """A playlist, part or segment of a broadcast, in memory and never changed: what is new is a new one."""

    head: bytes | None
    """Delivery's own: what it made of this once for all who ask. None in the beginning."""

    @property
    def body(self) -> memoryview: ...

    @property
    def changes(self) -> bool:
        """Whether other bytes may stand under the same name later: a playlist."""
        ...


class OnAir(Protocol):
    """A broadcast that goes on, as far as it is in memory. Told apart by identity."""

    def find(self, name: str, query: str) -> "Aired | asyncio.Future[Any] | None":
        """What stands under a name that fits `Playable`'s rules, for a query as it came (RFC 8216bis section 6.2.5).

        None: not in memory; it may lie in the folder. A future resolves to an Aired, or ends with NotFound or
        Unavailable, within a time that players wait for an answer; all who ask for the same may share it, and nobody
        cancels it. Raises InvalidInput for a query that can't be answered, NotFound for what will never be.
        """
        ...


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

    @property
    def on_air(self) -> OnAir | None:
        """Asked before the folder; None for what is no broadcast, or over."""
        ...

    @property
    def part(self) -> int | None:
        """Microseconds of the parts it is sent in; None where whole segments are all there is."""
        ...

    @property
    def latency(self) -> int | None:
        """Microseconds that a player should stay behind what is on air; None of what is not."""
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


class Passes(Protocol):
    """Who sells the right to watch."""

    async def opens(self, principal: Principal, media_id: str) -> Collection[str]:
        """Ids of the organizations whose tickets let `principal` watch this now, whatever its visibility says.

        Asked as often as `MediaSource.locate`, and as fresh."""
        ...

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        """On how many devices at once those tickets together let it be watched; `plain`: what one allows that says
        nothing of it. None: there is no such ticket."""
        ...

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        """They begin to watch it, in the transaction that opens their session: hours that a first play starts run from
        here on."""
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
