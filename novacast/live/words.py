"""How channels and programmes look on a page: names of their states, choices of forms, lines of lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import format_decimal

from novacast.clock import SECOND, iso
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.live.models import Feed, FeedRole, Programme, ProgrammeState, StreamKey, Wanted
from novacast.live.targets.models import TargetState
from novacast.live.targets.service import Listed
from novacast.records import dataclass
from novacast.visibility import Visibility
from novacast.words import duration, hour_of, locale, visibility_name


@dataclass(frozen=True, slots=True)
class Hour:
    """An instant for pages: a script says it in the reader's own zone."""

    iso: str
    text: str


def hour(at: int | None) -> Hour | None:
    return None if at is None else Hour(iso(at), hour_of(at))


def state_badge(state: ProgrammeState) -> tuple[str, str]:
    """Words for the state, and the kind of badge."""
    return {
        ProgrammeState.PLANNED: (_("Planned"), ""),
        ProgrammeState.STANDBY: (_("On standby"), "busy"),
        ProgrammeState.ON_AIR: (_("On air"), "bad"),
        ProgrammeState.INTERRUPTED: (_("Interrupted"), "busy"),
        ProgrammeState.ENDED: (_("Ended"), ""),
    }[state]


def wanted_name(wanted: Wanted) -> str:
    return {
        Wanted.AUTO: _("Automatic"),
        Wanted.SLATE: _("Slate"),
        Wanted.MAIN: _("Main feed"),
        Wanted.BACKUP: _("Backup feed"),
    }[wanted]


def role_name(role: FeedRole) -> str:
    return _("Main") if role is FeedRole.MAIN else _("Backup")


def role_choices() -> list[tuple[str, str]]:
    return [(one.value, role_name(one)) for one in FeedRole]


def visibility_choices() -> list[tuple[str, str, str]]:
    """Value, name and who may watch then."""
    hints = {
        Visibility.PUBLIC: _("Everyone; it is on the channel's page."),
        Visibility.UNLISTED: _("Everyone who has the address; it is on no list."),
        Visibility.SIGNED_IN: _("Everyone with an account here."),
        Visibility.ORGANIZATION: _("Members of the organization."),
        Visibility.PRIVATE: _("Those who produce for the organization."),
    }
    return [(one.value, visibility_name(one), hints[one]) for one in Visibility]


def profile_choices() -> list[tuple[str, str, str]]:
    return [
        ("ultra", _("Ultra low"), _("Viewers are about 1 s behind. For talking with each other.")),
        ("low", _("Low"), _("About 1.5 s behind, with less work for the machine.")),
        ("standard", _("Standard"), _("About 6 s behind, for the most viewers and every player.")),
    ]


def pass_through_choices() -> list[tuple[str, str]]:
    return [("auto", _("Where it saves work")), ("yes", _("Always")), ("no", _("Never"))]


@dataclass(frozen=True, slots=True)
class Line:
    """A programme in a list."""

    id: str
    title: str
    state: str
    kind: str
    hour: Hour | None
    visibility: str
    poster: str


def line(programme: Programme, poster: str | None) -> Line:
    state, kind = state_badge(programme.state)
    at = programme.started_at or programme.planned_start
    shown = visibility_name(programme.visibility)
    return Line(programme.id, programme.title, state, kind, hour(at), shown, poster or "")


@dataclass(frozen=True, slots=True)
class KeyLine:
    id: str
    name: str
    person: str
    role: str
    state: str
    kind: str
    good: bool
    used: Hour | None
    until: Hour | None


def key_line(key: StreamKey, people: Mapping[str, str], now: int) -> KeyLine:
    if key.revoked_at is not None:
        state, kind = _("Revoked"), ""
    elif not key.good(now):
        state, kind = _("Run out"), ""
    else:
        state, kind = _("Good"), "good"
    return KeyLine(
        id=key.id,
        name=key.name or _("Without a name"),
        person=people.get(key.person_id or "", ""),
        role=role_name(key.role),
        state=state,
        kind=kind,
        good=key.good(now),
        used=hour(key.used_at),
        until=hour(key.expires_at),
    )


@dataclass(frozen=True, slots=True)
class TargetLine:
    id: str
    name: str
    url: str
    state: str
    kind: str
    enabled: bool
    since: Hour | None
    words: str
    numbers: str


def target_line(listed: Listed) -> TargetLine:
    target, numbers = listed.target, listed.numbers
    state, kind = {
        TargetState.OFF: (_("Waits for a programme") if target.enabled else _("Switched off"), ""),
        TargetState.CONNECTING: (_("Connecting"), "busy"),
        TargetState.LIVE: (_("Sending"), "good"),
        TargetState.FAILED: (_("Failed, is tried again"), "bad"),
    }[target.state]
    dropped = numbers.get("dropped")
    told = [
        _number(_scaled(numbers.get("bitrate"), 1_000_000), "0.0", " Mbit/s"),
        _("%(count)s frames left out") % {"count": dropped} if dropped else "",
        _("%(seconds)s s behind") % {"seconds": target.delay_seconds} if target.delay_seconds else "",
    ]
    return TargetLine(
        id=target.id,
        name=target.name or target.url,
        url=target.url,
        state=state,
        kind=kind,
        enabled=target.enabled,
        since=hour(target.state_at) if target.state is not TargetState.OFF else None,
        words=translated(target.words),
        numbers=" · ".join(filter(None, told)),
    )


@dataclass(frozen=True, slots=True)
class FeedLine:
    role: str
    protocol: str
    address: str
    software: str
    began: Hour | None
    ended: Hour | None
    reason: str


def feed_line(feed: Feed) -> FeedLine:
    return FeedLine(
        role=role_name(feed.role),
        protocol=feed.protocol.upper(),
        address=feed.address,
        software=feed.software,
        began=hour(feed.began_at),
        ended=hour(feed.ended_at),
        reason="" if feed.reason is None else translated(feed.reason),
    )


def numbers_told(numbers: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Name and value of what is known of the measured numbers."""
    width, height = numbers.get("width"), numbers.get("height")
    size = f"{width} × {height}" if width and height else ""
    told = [
        (_("Viewers"), _number(numbers.get("viewers"), "0", "")),
        (_("Bitrate"), _number(_scaled(numbers.get("bitrate"), 1_000_000), "0.0", " Mbit/s")),
        (_("Picture"), " ".join(part for part in (size, str(numbers.get("video_codec") or "")) if part)),
        (_("Frames a second"), _number(numbers.get("fps"), "0.#", "")),
        (_("Keyframes every"), _number(numbers.get("keyframe_seconds"), "0.0", " s")),
        (_("Sound ahead of picture"), _number(numbers.get("skew_ms"), "0", " ms")),
        (_("Packets lost"), _number(numbers.get("lost"), "0", "")),
        (_("Packets late"), _number(numbers.get("late"), "0", "")),
        (_("Encoder speed"), _number(numbers.get("speed"), "0.00", " ×")),
        (_("Waiting to be encoded"), _number(numbers.get("queue_seconds"), "0.0", " s")),
        (_("Viewers by quality"), _watched(numbers.get("watched"))),
        (_("Interruptions at viewers, in two minutes"), _number(numbers.get("stalls"), "0", "")),
        (_("Time that they stood still"), _number(numbers.get("stalled_percent"), "0.0", " %")),
    ]
    return [(name, value) for name, value in told if value]


def _watched(found: Any) -> str:
    """Of each rendition, the largest first."""
    if not isinstance(found, dict):
        return ""
    pairs = sorted(found.items(), key=lambda pair: (len(pair[0]), pair[0]), reverse=True)
    return ", ".join(f"{name}: {number}" for name, number in pairs)


def place_of(at: int) -> str:
    """A place in a programme, 1:02:03."""
    return duration(at // SECOND * SECOND)


def _scaled(value: Any, by: int) -> Any:
    return value / by if isinstance(value, (int, float)) else None


def _number(value: Any, form: str, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{format_decimal(value, format=form, locale=locale())}{unit}"
