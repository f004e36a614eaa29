"""Grants, viewing sessions, and the rules between them. Instants are microseconds UTC."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from novacast.clock import HOUR, MINUTE, SECOND, iso
from novacast.errors import Conflict, FieldError, Gone, Unauthenticated
from novacast.i18n import ntext, text
from novacast.identity import Principal
from novacast.records import dataclass

IDLE = 2 * MINUTE
"""A device that fetched nothing for this long gives its place to another one. Players buffer about half of it."""
TOUCH = 30 * SECOND
"""How stale the last sign of life in a row may be: the price of a written row per viewer and half minute."""
ALIVE = 15 * SECOND
"""Who asked for nothing for this long is counted among the viewers no more."""
STALE = 60 * SECOND
"""The same of a row: its last sign of life may be as old as TOUCH and the time between two flushes."""
RECHECK = 10 * MINUTE
"""A permission is asked again after this long without a fact: sign-ins and embargoes end by themselves too."""
KEPT = HOUR
"""How long after its end a session still answers 410 instead of 404."""


class EndReason(StrEnum):
    REFUSED = "refused"
    """The viewer lost the permission, or the thing is gone."""
    TAKEN_OVER = "taken_over"
    """Another device of the same person took the place."""
    ENDED = "ended"
    """The viewer said so."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who watches: a person, signed in by a session or an API token; or nobody by name (both None)."""

    person_id: str | None
    session_id: str | None

    @classmethod
    def of(cls, principal: Principal) -> "Viewer":
        """Someone whose sign-in can't be looked at again watches as a stranger does."""
        if principal.session_id is None:
            return cls(None, None)
        return cls(principal.person_id, principal.session_id)


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may watch what, and until when this address may open a session. The session takes the grant's id.

    An address opens one session however often it is asked: a player that reloads is the same device.
    """

    id: str
    media_id: str
    viewer: Viewer
    until: int
    take_over: bool = False

    def encode(self) -> bytes:
        fields = (
            self.id,
            self.media_id,
            self.viewer.person_id,
            self.viewer.session_id,
            self.until,
            int(self.take_over),
        )
        return json.dumps(fields, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, payload: bytes) -> "Grant":
        """Of a payload whose signature was checked. Raises Unauthenticated when another version wrote it."""
        try:
            id_, media_id, person_id, session_id, until, take_over = json.loads(payload)
            return cls(id_, media_id, Viewer(person_id, session_id), int(until), bool(take_over))
        except (ValueError, TypeError) as error:
            raise Unauthenticated(text("This address is of another version. Ask for a new one.")) from error


@dataclass(frozen=True, slots=True)
class Viewing:
    """One device that watches one thing."""

    id: str
    media_id: str
    org_id: str
    title: str
    viewer: Viewer
    device: str
    """For people, such as `Firefox on Linux`."""
    started_at: int
    seen_at: int
    expires_at: int
    ended_at: int | None = None
    end_reason: EndReason | None = None

    def check(self, now: int) -> None:
        """Raises Gone when it is over, with the reason."""
        if self.end_reason is EndReason.TAKEN_OVER:
            raise Gone(text("Another of your devices took over here. Open the page again to watch on this one."))
        if self.end_reason is EndReason.REFUSED:
            raise refused()
        if self.ended_at is not None or now >= self.expires_at:
            raise Gone(text("This viewing session has ended. Open the page again to go on."))


def refused() -> Gone:
    return Gone(text("This can't be watched any longer with the permission it was opened with. Open the page again."))


@dataclass(frozen=True, slots=True)
class Stream:
    """What a player needs to begin. Addresses are paths on this server."""

    media_id: str
    session: str
    """Id of the viewing session that opening `url` begins."""
    kind: str
    org_id: str
    title: str
    url: str
    expires_at: int
    poster: str | None
    storyboard: str | None
    duration: int | None
    part: int | None
    latency: int | None


@dataclass(frozen=True, slots=True)
class Watching:
    """Those who watch one thing now."""

    viewers: int
    """Viewing sessions with a sign of life."""
    tracks: Mapping[str, int]
    """How many of them take segments of each folder, such as `720p` and `audio`; none where nobody does."""


def make_room(active: Sequence[Viewing], limit: int, now: int, *, take_over: bool) -> list[Viewing]:
    """Which of a person's `active` sessions on one thing must end so that one more fits; longest unseen first.

    Devices that went silent make room unasked; busy ones only for `take_over`. Raises Conflict, naming them.
    """
    surplus = len(active) + 1 - limit
    if surplus <= 0:
        return []
    oldest = sorted(active, key=lambda viewing: viewing.seen_at)
    leaving = oldest[:surplus]
    if take_over or all(now - viewing.seen_at >= IDLE for viewing in leaving):
        return leaving
    raise Conflict(
        ntext(
            "You are watching this on {n} device already, and {limit} at a time is the most. "
            "Stop it there, or take over here.",
            "You are watching this on {n} devices already, and {limit} at a time is the most. "
            "Stop one of them, or take over here.",
            len(active),
            limit=limit,
        ),
        errors=[
            FieldError(
                f"devices.{viewing.id}",
                "watching",
                text("{device}, last seen {at}", device=viewing.device, at=iso(viewing.seen_at)),
            )
            for viewing in reversed(oldest)
        ],
    )


def touched(topic: str, subject: str, payload: Mapping[str, Any]) -> Collection[str]:
    """Ids of people, their sessions, organizations and things whose viewers must be looked at again after a fact."""
    kind, _, what = topic.partition(".")
    if kind not in _KINDS or what == "progress":
        return ()
    if topic == "media.tickets_changed":  # whoever has no ticket of theirs in it watches on as before
        return {value for key, value in payload.items() if isinstance(value, str) and key.startswith("person")}
    named = {value for key, value in payload.items() if isinstance(value, str) and not key.startswith("org")}
    return {subject, *named}


_KINDS = frozenset(
    {"session", "token", "person", "account", "member", "org", "organization", "video", "live", "programme", "media"}
)
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_PLAYERS = (("AppleCoreMedia", "Apple player"), ("VLC/", "VLC"), ("Lavf/", "FFmpeg"), ("ExoPlayer", "Android player"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """What people call the device behind a User-Agent header."""
    program = next((name for mark, name in (*_PLAYERS, *_BROWSERS) if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if program is None:
        word = re.match(r"[A-Za-z][A-Za-z0-9._ -]{0,39}", user_agent)
        program = word.group().strip() if word else "Unknown player"
    return f"{program} on {system}" if system else program
