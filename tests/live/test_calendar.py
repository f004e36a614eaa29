"""The calendar file: RFC 5545, as its grammar and its readers want it."""

from dataclasses import replace

from novacast.clock import HOUR
from novacast.live.programmes.calendar import calendar_file
from tests.fakes.clock import START
from tests.live.conftest import PROGRAMME

ADDRESS = "https://play.example/watch/programme1"


def lines(**more: object) -> list[str]:
    programme = replace(PROGRAMME, planned_start=START, updated_at=START - HOUR, **more)  # type: ignore[arg-type]  # a test's loose keywords
    file = calendar_file(programme, "Main hall", ADDRESS)
    assert file.endswith("END:VCALENDAR\r\n")
    assert "\n" not in file.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    return file.replace("\r\n ", "").split("\r\n")


def test_it_has_the_hours_in_utc_the_address_and_a_reminder() -> None:
    found = lines(planned_end=START + HOUR)
    assert "DTSTART:20250615T150640Z" in found
    assert "DTEND:20250615T160640Z" in found
    assert "DTSTAMP:20250615T140640Z" in found
    assert "UID:programme1@play.example" in found
    assert f"URL:{ADDRESS}" in found
    assert "TRIGGER:-PT15M" in found
    assert [line for line in found if line.startswith(("BEGIN", "END:"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_an_open_end_is_not_said() -> None:
    assert not any(line.startswith("DTEND") for line in lines())


def test_texts_are_escaped_and_long_ones_folded_between_characters() -> None:
    found = lines(title="Über; \\ Grenzen, " + "ä" * 100, description="One\nTwo\n\nBEGIN:VEVENT")
    assert "SUMMARY:Über\\; \\\\ Grenzen\\, " + "ä" * 100 in found
    assert "DESCRIPTION:One\\nTwo\\n\\nBEGIN:VEVENT" in found
