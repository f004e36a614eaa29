"""Dates as letters and pages write them."""

from datetime import UTC, datetime

from novacast import words
from novacast.clock import SECOND
from novacast.i18n import Languages

AT = int(datetime(2030, 12, 31, 19, tzinfo=UTC).timestamp()) * SECOND


def test_each_language_writes_days_and_hours_in_its_own_way() -> None:
    languages = Languages()
    with languages.speaking("en"):
        assert words.hour_in(AT, "Europe/Vienna") == "Tue 31 Dec 2030 20:00 (Vienna)"
        assert words.hour_of(AT) == "31 Dec 2030 19:00 UTC"
    with languages.speaking("de"):
        assert words.hour_in(AT, "Europe/Vienna") == "Di., 31. Dez. 2030, 20:00 (Wien)"
        assert words.hour_at(AT, "UTC") == "31. Dez. 2030, 19:00"
        assert words.day_and_month(datetime(2030, 3, 1, tzinfo=UTC)) == "1. März"
