"""Files for calendars: iCalendar, RFC 5545. Pure."""

from collections.abc import Sequence

from novacast.clock import moment
from novacast.records import dataclass

LINE = 75
"""Octets of a content line, its break not counted (3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. Instants are microseconds UTC."""

    uid: str
    """One of the whole world's (3.8.4.7)."""
    changed_at: int
    start: int
    end: int | None
    title: str
    description: str = ""
    place: str = ""
    url: str = ""
    sequence: int | None = None
    """Counts its versions (3.8.7.4)."""
    cancelled: bool = False
    reminder: int | None = None
    """Minutes before the start."""

    def lines(self) -> list[str]:
        return [
            "BEGIN:VEVENT",
            f"UID:{self.uid}",
            f"DTSTAMP:{_instant(self.changed_at)}",
            f"LAST-MODIFIED:{_instant(self.changed_at)}",
            *([f"SEQUENCE:{self.sequence}"] if self.sequence is not None else []),
            f"DTSTART:{_instant(self.start)}",
            *([f"DTEND:{_instant(self.end)}"] if self.end is not None else []),
            f"SUMMARY:{_text(self.title)}",
            *([f"DESCRIPTION:{_text(self.description)}"] if self.description else []),
            *([f"LOCATION:{_text(self.place)}"] if self.place else []),
            *([f"URL:{self.url}"] if self.url else []),
            *(["STATUS:CANCELLED"] if self.cancelled else []),
            *(self._alarm() if self.reminder is not None and not self.cancelled else []),
            "END:VEVENT",
        ]

    def _alarm(self) -> list[str]:
        return [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_text(self.title)}",
            f"TRIGGER:-PT{self.reminder}M",
            "END:VALARM",
        ]


def calendar_file(product: str, entries: Sequence[Entry]) -> str:
    """`product`: what of this program made it (3.7.3)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//NovaCast//{product}//EN", "METHOD:PUBLISH"]
    for entry in entries:
        lines += entry.lines()
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def host_of(address: str) -> str:
    """Of an address of this server, to make ids of ours the world's."""
    return address.split("://", 1)[-1].partition("/")[0]


def _instant(at: int) -> str:
    """Date with UTC time (3.3.5)."""
    return moment(at).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """3.3.11. No control characters are in our texts but line breaks and tabs."""
    for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(sign, escaped)
    return value


def _folded(line: str) -> str:
    """Broken between characters, so that each piece is UTF-8 of its own (3.1)."""
    pieces: list[str] = []
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE:
            pieces.append(piece)
            piece, size = "", 1  # the space that marks what goes on
        piece, size = piece + sign, size + octets
    return "\r\n ".join([*pieces, piece])
