"""A planned programme as a file for calendars: iCalendar, RFC 5545. Pure."""

from novacast.clock import moment
from novacast.live.models import Programme

LINE = 75
"""Octets of a content line, its break not counted (3.1)."""
REMINDER = 15
"""Minutes before the start that a calendar reminds of it."""


def calendar_file(programme: Programme, channel: str, address: str) -> str:
    """With the programme's hours. `address`: of its page; its host makes the UID one of the whole world's (3.8.4.7)."""
    assert programme.planned_start is not None, "only what is planned has hours"
    host = address.split("://", 1)[-1].partition("/")[0]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//NovaCast//Programmes//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{programme.id}@{host}",
        f"DTSTAMP:{_instant(programme.updated_at)}",
        f"LAST-MODIFIED:{_instant(programme.updated_at)}",
        f"DTSTART:{_instant(programme.planned_start)}",
        *([f"DTEND:{_instant(programme.planned_end)}"] if programme.planned_end is not None else []),
        f"SUMMARY:{_text(programme.title)}",
        *([f"DESCRIPTION:{_text(programme.description)}"] if programme.description else []),
        f"LOCATION:{_text(channel)}",
        f"URL:{address}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(programme.title)}",
        f"TRIGGER:-PT{REMINDER}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


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
