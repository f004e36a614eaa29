"""Amounts and hours as other programs write them. Pure."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from novacast.clock import instant
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.importing import Line
from novacast.tickets.events.models import MOST_AMOUNT

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::\d{2})?)?(?: Uhr)?\Z")
YES = frozenset({"yes", "y", "true", "1", "ja", "x"})


def amount(line: Line, name: str, currency: str, otherwise: int = 0) -> int:
    """Minor units: 12.50, 12,50, 1.234,50, EUR 12.50. Raises InvalidInput."""
    if name not in line:
        return otherwise
    digits = get_currency_precision(currency)
    written = re.sub(r"[^\d.,+-]", "", line[name])
    last = max(written.rfind("."), written.rfind(","))
    whole, rest = (written, "") if last < 0 else (written[:last], written[last + 1 :])
    if len(rest) == 3 and digits < 3:
        whole, rest = whole + rest, ""  # a thousand, not a thousandth
    try:
        value = Decimal(re.sub(r"[.,]", "", whole) + (f".{rest}" if rest else "")).scaleb(digits)
    except InvalidOperation as error:
        raise _wrong(name, line[name]) from error
    if value < 0 or value > MOST_AMOUNT or value != value.to_integral_value():
        raise _wrong(name, line[name])
    return int(value)


def share(line: Line, name: str, otherwise: int = 0) -> int:
    """Hundredths of a percent. Raises InvalidInput."""
    if name not in line:
        return otherwise
    try:
        value = Decimal(line[name].replace("%", "").replace(",", ".").strip()) * 100
    except InvalidOperation as error:
        raise _wrong(name, line[name]) from error
    if not 0 <= value <= 10_000:
        raise _wrong(name, line[name])
    return int(value)


def number(line: Line, name: str, otherwise: int | None, most: int) -> int | None:
    """Raises InvalidInput."""
    if name not in line:
        return otherwise
    written = line[name].removesuffix(".0")
    if not (written.isascii() and written.isdecimal()) or len(written) > 9 or int(written) > most:
        raise _wrong(name, line[name])
    return int(written)


def hour(line: Line, name: str, zone: str) -> int | None:
    """An instant: ISO 8601, or a day as 31.12.2026 20:00, by the clocks of `zone` where none is said. Raises
    InvalidInput; 12/01/2026 is two days to two readers."""
    if name not in line:
        return None
    written = line[name].strip()
    try:
        if dotted := _DOTTED.match(written):
            day, month, year, hours, minutes = (int(one or 0) for one in dotted.groups())
            found = datetime(year, month, day, hours, minutes, tzinfo=ZoneInfo(zone))
        else:
            found = datetime.fromisoformat(written)
            if found.tzinfo is None:
                found = found.replace(tzinfo=ZoneInfo(zone))
        return instant(found)
    except (ValueError, OverflowError) as error:
        said = text("{value} is no day and hour: write it as 2026-12-31 20:00.", value=written[:60])
        raise InvalidInput.field(name, said) from error


def yes(line: Line, name: str) -> bool:
    return line.get(name, "").casefold() in YES


def _wrong(name: str, value: str) -> InvalidInput:
    return InvalidInput.field(name, text("{value} can't be the {name}.", value=value[:60], name=name))
