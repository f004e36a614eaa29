"""Codes: what one does, for whom, how often. Pure."""

import secrets
import unicodedata
from dataclasses import field, replace
from typing import Any

from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import Texts, printable
from novacast.tickets.events.models import Item, Performance

MOST_CODES = 10_000
"""Of one event."""
MOST_AT_ONCE = 500
LONGEST = 60
WHOLE = 10_000
"""Basis points."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are read for others."""


class CodeRefused(Conflict):
    """The code is good, but not for this: not now, not here, not so often. The message says which."""

    code = "code_refused"


@dataclass(frozen=True, slots=True)
class Code:
    id: str
    org_id: str
    event_id: str
    perf_id: str | None
    """None: good for every performance of the event."""
    code: str
    note: str
    """For those who arrange: whom it was given to."""
    percent_bp: int
    """Off the price of each unit, in hundredths of a percent."""
    amount_off: int
    """Off the price of each unit, in minor units; only one of the two."""
    opens_hidden: bool
    opens_early: bool
    """Sells before a window of sale has begun."""
    quota_id: str | None
    """Places kept for it: what is bought with it counts there, and nowhere else."""
    capacity: int | None
    """Units that may be bought with it in all."""
    most_per_order: int | None
    most_per_person: int | None
    from_at: int | None
    until_at: int | None
    active: bool
    created_at: int
    spent: int = 0
    """Units held, being paid for and sold with it."""
    items: tuple[str, ...] = ()
    """Ids; empty: all."""

    def takes(self, item_id: str) -> bool:
        return not self.items or item_id in self.items

    def opens(self, item: Item) -> bool:
        """Whether it is shown and sold to whoever brings this code."""
        return self.opens_hidden and self.takes(item.id)

    def off(self, item: Item, price: int) -> int:
        """What one unit costs less, in minor units; half a unit is rounded up. What the buyer sets stays as it is."""
        if item.open_price or not self.takes(item.id):
            return 0
        if self.percent_bp:
            return (price * self.percent_bp + WHOLE // 2) // WHOLE
        return min(price, self.amount_off)

    def good(self, performance: Performance, now: int) -> bool:
        try:
            self.check(performance, now)
        except CodeRefused:
            return False
        return True

    def check(self, performance: Performance, now: int) -> None:
        """Whether it is good here and now. Raises CodeRefused."""
        if not self.active or (self.until_at is not None and now >= self.until_at):
            raise CodeRefused(text("The code {code} is not good any more.", code=self.code))
        if self.from_at is not None and now < self.from_at:
            raise CodeRefused(text("The code {code} is not good yet.", code=self.code))
        if self.perf_id not in (None, performance.id):
            raise CodeRefused(text("The code {code} is for another performance.", code=self.code))

    def check_count(self, count: int) -> None:
        """`count`: units of one order that it is for. Raises CodeRefused."""
        if not count:
            raise CodeRefused(text("The code {code} is not for these tickets.", code=self.code))
        if self.most_per_order is not None and count > self.most_per_order:
            most = self.most_per_order
            raise CodeRefused(text("The code {code} is good for {most} in one order.", code=self.code, most=most))


@dataclass(frozen=True, slots=True)
class CodeChanges:
    """What is set of a code; fields that are not in `given` stay as they are."""

    given: frozenset[str]
    code: str = ""
    """Empty: one is made."""
    note: str = ""
    perf_id: str | None = None
    percent_bp: int = 0
    amount_off: int = 0
    opens_hidden: bool = False
    opens_early: bool = False
    reserved: int | None = None
    """Places of one performance that are kept for it."""
    capacity: int | None = None
    most_per_order: int | None = None
    most_per_person: int | None = None
    from_at: int | None = None
    until_at: int | None = None
    active: bool = True
    items: tuple[str, ...] = field(default=())

    def columns(self) -> dict[str, Any]:
        """Those of a row. Raises InvalidInput."""
        names = self.given - {"reserved", "items", "code", "perf_id"}
        found = {name: getattr(self, name) for name in sorted(names)}
        if "note" in found:
            texts = Texts()
            found["note"] = texts.title(self.note, field="note") if self.note.strip() else ""
            texts.check()
        return found

    def applied(self, before: Code) -> Code:
        """Raises InvalidInput for what contradicts itself."""
        after = replace(before, **self.columns())
        if after.percent_bp and after.amount_off:
            said = text("A code takes a percentage off, or an amount, not both.")
            raise InvalidInput.field("amount_off", said)
        if after.from_at is not None and after.until_at is not None and after.from_at >= after.until_at:
            raise InvalidInput.field("until_at", text("The end must be after the start."), "out_of_range")
        return after


def key_of(code: str) -> str:
    """One code is the same in capitals or not, and whatever spaces people put in."""
    return "".join(unicodedata.normalize("NFKC", printable(code[: 4 * LONGEST])).casefold().split())


def written(code: str) -> str:
    """As the organizer wants it to be read. Raises InvalidInput."""
    clean = " ".join(printable(code).split())
    if not key_of(clean):
        raise InvalidInput.field("code", text("Write the code."), "required")
    if len(clean) > LONGEST or len(key_of(clean)) > LONGEST:
        raise InvalidInput.field("code", text("A code has {most} characters at most.", most=LONGEST), "too_long")
    return clean


def random_code() -> str:
    """Ten letters in two groups: 50 random bits, which nobody guesses at the rate at which guesses are taken."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def unknown() -> InvalidInput:
    said = text("There is no such code.")
    return InvalidInput(said, errors=[FieldError("code", "unknown", said)])
