"""The ledger as houses read it: how it stands, what moved in a month, the journal line by line."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from novacast.clock import instant, iso, moment
from novacast.database import Database
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.payments.ledger import store
from novacast.payments.ledger.models import Balance, Line
from novacast.records import dataclass

BATCH = 1000
HEADS = (
    "number", "at", "posting", "kind", "line", "debit", "credit", "amount", "currency", "order", "about", "code",
    "test",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """Of a place's calendar."""

    year: int
    month: int
    timezone: str

    @classmethod
    def of(cls, written: str, timezone: str) -> "Month":
        """`written`: such as 2026-07. Raises InvalidInput."""
        year, _, month = written.partition("-")
        if len(written) != 7 or not (year + month).isdecimal() or not 1 <= int(month) <= 12 or int(year) < 1970:
            raise InvalidInput.field("month", text("A month is written like 2026-07."))
        return cls(int(year), int(month), timezone)

    @classmethod
    def at(cls, now: int, timezone: str) -> "Month":
        there = moment(now).astimezone(ZoneInfo(timezone))
        return cls(there.year, there.month, timezone)

    @property
    def since(self) -> int:
        return instant(datetime(self.year, self.month, 1, tzinfo=ZoneInfo(self.timezone)))

    @property
    def until(self) -> int:
        return self.after.since

    @property
    def after(self) -> "Month":
        year, month = divmod(self.year * 12 + self.month, 12)
        return Month(year, month + 1, self.timezone)

    @property
    def before(self) -> "Month":
        year, month = divmod(self.year * 12 + self.month - 2, 12)
        return Month(year, month + 1, self.timezone)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Movement:
    """An account in a time. Debits less credits, as `Balance`."""

    currency: str
    account: str
    opening: int
    debits: int
    credits: int

    @property
    def closing(self) -> int:
        return self.opening + self.debits - self.credits


@dataclass(frozen=True, slots=True)
class Statement:
    month: Month
    test: bool
    movements: Sequence[Movement]


class Journal:
    def __init__(self, db: Database, *, test: bool) -> None:
        """`test`: what is sold now is not real; real money and such that was tried never stand in one sum."""
        self._db, self._test = db, test

    async def balances(self, principal: Principal, org_id: str) -> Sequence[Balance]:
        """Of all that ever was. Raises NotFound, Forbidden."""
        _reads(principal, org_id)
        return [one for one in await self._db.all(store.balances(org_id, test=self._test)) if one.amount]

    async def statement(self, principal: Principal, org_id: str, month: Month) -> Statement:
        """Raises NotFound, Forbidden."""
        _reads(principal, org_id)
        async with self._db.snapshot() as view:
            earlier = await view.all(store.moved(org_id, 0, month.since, test=self._test))
            moved = await view.all(store.moved(org_id, month.since, month.until, test=self._test))
        opening = {(currency, account): debits - credits_ for currency, account, debits, credits_ in earlier}
        within = {(currency, account): (debits, credits_) for currency, account, debits, credits_ in moved}
        movements = [
            Movement(*key, opening.get(key, 0), *within.get(key, (0, 0))) for key in sorted(opening.keys() | within)
        ]
        return Statement(month, self._test, [one for one in movements if one.opening or one.debits or one.credits])

    async def file(self, principal: Principal, org_id: str, since: int, until: int) -> AsyncIterator[bytes]:
        """The journal as CSV (RFC 4180), some rows at a time. Raises NotFound, Forbidden before the first."""
        _reads(principal, org_id)
        return self._file(org_id, since, until)

    async def _file(self, org_id: str, since: int, until: int) -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf" + _csv([HEADS])
        start = (-1, -1)
        while some := await self._db.all(store.lines(org_id, start, since, until, BATCH, test=self._test)):
            yield _csv([_row(one) for one in some])
            start = some[-1].at, some[-1].n


def _reads(principal: Principal, org_id: str) -> None:
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))
    if not principal.allows(Action.ORDER_VIEW, org_id):
        raise Forbidden(text("Your part in this organization shows you no orders."))


def _row(one: Line) -> tuple[object, ...]:
    return (
        one.n, iso(one.at), one.source, one.kind, one.line, one.debit, one.credit, one.amount, one.currency,
        one.order_id, one.about, one.memo, "yes" if one.test else "no",
    )  # fmt: skip


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    """No cell of it begins as a formula does: ids, codes, names of accounts and numbers above nothing."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
