"""What people type into forms of the box office: amounts, shares and hours at a place. Pure."""

import re
from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from novacast.clock import instant, moment
from novacast.errors import FieldError, InvalidInput
from novacast.i18n import Text, joined, text
from novacast.records import dataclass
from novacast.tickets.events.models import MOST_AMOUNT

_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,4})?\Z")


@dataclass(slots=True)
class Typed:
    """Reads fields and gathers what can't be meant, so that all is told at once. What is wrong is read as 0 or None:
    `check` is called before any of it is used."""

    errors: list[FieldError] = field(default_factory=list)

    def amount(self, name: str, written: str, currency: str) -> int:
        """Minor units of `currency`; nothing written is 0. 12.50 and 12,50 are the same."""
        digits = get_currency_precision(currency)
        value = self._number(written)
        if value is None or value != round(value, digits):
            example = f"{Decimal(1250).scaleb(-digits)}"
            return self._wrong(name, text("Write an amount such as {example}.", example=example))
        found = int(value.scaleb(digits))
        if found > MOST_AMOUNT:
            return self._wrong(name, text("This amount is too large."))
        return found

    def share(self, name: str, written: str) -> int:
        """Hundredths of a percent; nothing written is 0."""
        value = self._number(written.strip().removesuffix("%"))
        if value is None or value > 100 or value != round(value, 2):
            return self._wrong(name, text("Write a percentage such as 20 or 5.5."))
        return int(value * 100)

    def count(self, name: str, written: str, least: int, most: int, otherwise: int | None = None) -> int:
        """A whole number in bounds; `otherwise` where nothing is written."""
        if not written.strip() and otherwise is not None:
            return otherwise
        good = written.strip().isascii() and written.strip().isdecimal() and len(written.strip()) < 12
        if not good or not least <= int(written) <= most:
            return self._wrong(name, text("Write a whole number from {least} to {most}.", least=least, most=most))
        return int(written)

    def hour(self, name: str, written: str, timezone: str, *, needed: bool = False) -> int | None:
        """The instant of a local day and hour at a place. Where clocks go back it is the first of the two; an hour that
        they skip is none. What names an offset of its own is taken by that."""
        if not written.strip():
            if needed:
                self._wrong(name, text("Say day and hour."))
            return None
        try:
            local = datetime.fromisoformat(written.strip())
            if local.tzinfo is None:
                local = local.replace(tzinfo=ZoneInfo(timezone))
            found = instant(local)
            if local.astimezone(UTC).astimezone(local.tzinfo).replace(fold=0) != local.replace(fold=0):
                self._wrong(name, text("The clocks there skip this hour. Write another one."))
            return found
        except (ValueError, OverflowError):
            self._wrong(name, text("Write day and hour as 2027-01-31T20:00."))
            return None

    def add(self, errors: Iterable[FieldError]) -> None:
        self.errors += errors

    def check(self) -> None:
        if self.errors:
            raise InvalidInput(joined([one.message for one in self.errors]), errors=self.errors)

    def _number(self, written: str) -> Decimal | None:
        written = written.strip() or "0"
        try:
            return Decimal(written.replace(",", ".")) if _NUMBER.match(written) else None
        except InvalidOperation:
            return None

    def _wrong(self, name: str, message: Text) -> int:
        self.errors.append(FieldError(name, "invalid", message))
        return 0


def written_share(basis_points: int) -> str:
    return f"{Decimal(basis_points).scaleb(-2).normalize():f}" if basis_points else ""


def written_hour(at: int | None, timezone: str) -> str:
    return "" if at is None else moment(at).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M")
