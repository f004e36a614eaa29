"""What is paid for memberships in the books: the ledger, and an invoice of its own for each payment. Inside the
transaction that makes it true."""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from novacast.clock import moment
from novacast.database import Database, Transaction
from novacast.i18n import gettext as _
from novacast.money import Entry
from novacast.payments.invoices.service import Invoices, NoSeller
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships import store
from novacast.payments.memberships.disputes.models import Dispute
from novacast.payments.memberships.earning import store as earning
from novacast.payments.memberships.models import CASH, OFFLINE, Charge, Interval, Subscription, period_end
from novacast.payments.memberships.ports import Addressees, Zones
from novacast.payments.memberships.refunds.models import BY_DISPUTE, Refund
from novacast.records import dataclass

MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Bill:
    """Fits invoices'."""

    source: str
    org_id: str
    order_id: str
    currency: str
    test: bool
    year: int
    buyer: tuple[str, ...]
    subject: str
    rows: Sequence[tuple[str, int, int, int]]


def months(since: int, until: int) -> int:
    """Of a time, by the calendar; what is left of one counts as one."""
    count = 1
    while count < MOST_MONTHS and period_end(since, Interval.MONTH, count) < until:
        count += 1
    return count


class Booking:
    def __init__(self, ledger: Ledger, invoices: Invoices, people: Addressees, zones: Zones, *, test: bool) -> None:
        self._ledger, self._invoices, self._people, self._zones = ledger, invoices, people, zones
        self._test = test
        self._known: dict[str, str] = {}

    async def prepare(self, org_id: str) -> None:
        """Before the transaction: by whose calendar its documents are numbered."""
        self._known[org_id] = await self._zones.timezone(org_id)

    def paid(self, tx: Transaction, one: Subscription, charge: Charge) -> None:
        """Money buys a time. The charge is as it is now, with its time."""
        assert charge.since is not None, "what is paid is for a time"
        assert charge.until is not None, "what is paid is for a time"
        entry = self._entry(tx, one, charge, charge.id)
        self._ledger.sold(tx, entry, place(charge), [(charge.amount, charge.tax)])
        count = months(charge.since, charge.until)
        first = charge.until if count == 1 else period_end(charge.since, Interval.MONTH, 1)
        store.change_charge(tx, charge.id, earn_at=first)
        self.invoice(tx, one, charge)

    def late(self, tx: Transaction, one: Subscription, charge: Charge) -> None:
        """Money that buys nothing."""
        self._ledger.surplus(tx, self._entry(tx, one, charge, charge.id), place(charge), charge.amount)

    def earn(self, tx: Transaction, one: Subscription, charge: Charge) -> None:
        """A month of it is over."""
        if charge.since is None or charge.until is None:
            return
        count, month = months(charge.since, charge.until), charge.earned + 1
        if month >= count:
            self._ledger.earned(tx, charge.id)
            store.change_charge(tx, charge.id, earned=max(count, charge.earned), earn_at=None)
            return
        self._ledger.earn(tx, self._entry(tx, one, charge, f"{charge.id}:{month}"), charge.tax, month, count)
        after = month + 1
        next_ = charge.until if after >= count else period_end(charge.since, Interval.MONTH, after)
        store.change_charge(tx, charge.id, earned=month, earn_at=next_)

    def owed(self, tx: Transaction, one: Subscription, charge: Charge, refund: str, amount: int) -> None:
        """So much of it is to be given back, and taken off its invoice; what was earned of that is earned no more."""
        entry = self._entry(tx, one, charge, refund)
        self._ledger.owed(tx, entry, [(amount, charge.tax)])
        if tx.one(earning.over(charge.id)):
            store.change_charge(tx, charge.id, earn_at=tx.now)
        elif charge.earned and charge.since is not None and charge.until is not None:
            self._ledger.earn(tx, entry, charge.tax, charge.earned, months(charge.since, charge.until))
        self.take_back(tx, one, charge, refund, amount)

    def take_back(self, tx: Transaction, one: Subscription, charge: Charge, refund: str, amount: int) -> None:
        """Off its invoice, once for a refund, if it has one."""
        rows = [(_("Given back"), 1, amount, charge.tax)]
        self._invoices.take_back(tx, self._bill(tx, one, charge, refund, rows))

    def repaid(self, tx: Transaction, one: Subscription, charge: Charge, refund: Refund) -> None:
        self._ledger.repaid(tx, self._entry(tx, one, charge, refund.id), back_by(charge, refund), refund.amount)

    def returned(self, tx: Transaction, one: Subscription, charge: Charge, refund: Refund) -> None:
        """It came back from the bank: it is owed again."""
        self._ledger.returned(tx, self._entry(tx, one, charge, refund.id), back_by(charge, refund), refund.amount)

    def disputed(self, tx: Transaction, one: Subscription, charge: Charge, dispute: Dispute) -> None:
        """A bank wants it back."""
        self._ledger.disputed(tx, self._entry(tx, one, charge, dispute.reference), place(charge), dispute.amount)

    def won(self, tx: Transaction, one: Subscription, charge: Charge, dispute: Dispute, *, lost: bool) -> None:
        """It has given it back; `lost`: after it had decided otherwise."""
        entry = self._entry(tx, one, charge, dispute.reference)
        self._ledger.won(tx, entry, place(charge), dispute.amount, lost=lost)

    def lost(self, tx: Transaction, one: Subscription, charge: Charge, dispute: Dispute) -> None:
        self._ledger.lost(tx, self._entry(tx, one, charge, dispute.reference), dispute.amount)

    async def found(self, db: Database, source: str) -> Entry | None:
        """Under which entry the books have it."""
        return await db.one(self._ledger.entry(source))

    def invoice(self, tx: Transaction, one: Subscription, charge: Charge, *, wanted: bool = False) -> None:
        """Once. Without a seller there is none, until it is `wanted`: then it raises NoSeller."""
        tier = tx.one(store.tier(one.tier_id))
        whole = ("" if tier is None else tier.name, charge.amount)
        parts = charge.rows if len(charge.rows) > 1 else (whole,)
        rows = [(words or _("Kept from before"), gross) for words, gross in parts]
        try:
            bill = self._bill(tx, one, charge, charge.id, [(words, 1, gross, charge.tax) for words, gross in rows])
            self._invoices.charge(tx, bill)
        except NoSeller:
            if wanted:
                raise

    def _entry(self, tx: Transaction, one: Subscription, charge: Charge, source: str) -> Entry:
        return Entry(source, one.org_id, charge.currency, self._test, charge.books, charge.id, "", tx.now)

    def _bill(
        self,
        tx: Transaction,
        one: Subscription,
        charge: Charge,
        source: str,
        rows: Sequence[tuple[str, int, int, int]],
    ) -> Bill:
        person, tier = self._people.addressee(tx, one.person_id), tx.one(store.tier(one.tier_id))
        zone = ZoneInfo(self._known.get(one.org_id, "UTC"))
        buyer = () if person is None else tuple(filter(None, (person.principal.name, person.email)))
        days = [moment(at).astimezone(UTC).date().isoformat() for at in (charge.since, charge.until) if at is not None]
        subject = " · ".join(filter(None, ("" if tier is None else tier.name, " – ".join(days))))
        year = moment(tx.now).astimezone(zone).year
        return Bill(source, one.org_id, charge.books, charge.currency, self._test, year, buyer, subject, rows)


def place(charge: Charge) -> str:
    """Where the money is: with a provider, or as the box office noted that it came."""
    return (charge.reference or CASH) if charge.provider == OFFLINE else charge.provider


def back_by(charge: Charge, refund: Refund) -> str:
    """The way that it is given back: where the money is, or by a dispute that was lost."""
    return BY_DISPUTE if refund.provider == BY_DISPUTE else place(charge)
