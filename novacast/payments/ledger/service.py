"""The ledger as slices write to it, inside their transactions. Fits tickets' `Books`."""

from collections.abc import Sequence

from novacast.database import Query, Transaction
from novacast.money import Entry, Parts
from novacast.payments.ledger import store
from novacast.payments.ledger.models import (
    BANK,
    DISPUTES,
    FEES,
    LOSSES,
    ORDERED,
    RECEIVABLE,
    REFUNDS_OWED,
    Transfer,
    deferred,
    place_of,
    revenue,
    sold,
    unsold,
)


class Ledger:
    """Each posting is written once for its source and kind, however often it is called for."""

    def awaited(self, tx: Transaction, entry: Entry, amount: int) -> None:
        _post(tx, entry, "awaited", [Transfer(RECEIVABLE, ORDERED, amount)])

    def unawaited(self, tx: Transaction, entry: Entry, amount: int) -> None:
        _post(tx, entry, "unawaited", [Transfer(ORDERED, RECEIVABLE, amount)])

    def sold(self, tx: Transaction, entry: Entry, provider: str, parts: Parts) -> None:
        _post(tx, entry, "sold", sold(place_of(provider), _by_rate(parts)))

    def surplus(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        _post(tx, entry, "surplus", [Transfer(place_of(provider), REFUNDS_OWED, amount)])

    def fulfilled(self, tx: Transaction, entry: Entry, parts: Parts) -> None:
        _post(tx, entry, "fulfilled", sold(REFUNDS_OWED, _by_rate(parts)))

    def owed(self, tx: Transaction, entry: Entry, parts: Parts) -> None:
        left = dict(tx.all(store.sold_of(entry.order_id)))
        _post(tx, entry, "owed", unsold(_by_rate(parts), left))

    def repaid(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        _post(tx, entry, "repaid", [Transfer(REFUNDS_OWED, place_of(provider), amount)])

    def returned(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        _post(tx, entry, "returned", [Transfer(place_of(provider), REFUNDS_OWED, amount)])

    def disputed(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        _post(tx, entry, "disputed", [Transfer(DISPUTES, place_of(provider), amount)])

    def won(self, tx: Transaction, entry: Entry, provider: str, amount: int, *, lost: bool) -> None:
        _post(tx, entry, "won", [Transfer(place_of(provider), LOSSES if lost else DISPUTES, amount)])

    def lost(self, tx: Transaction, entry: Entry, amount: int) -> None:
        _post(tx, entry, "lost", [Transfer(LOSSES, DISPUTES, amount)])

    def fee(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        _post(tx, entry, "fee", [_either_way(FEES, place_of(provider), amount)])

    def paid_out(self, tx: Transaction, entry: Entry, provider: str, total: int) -> None:
        """`total`: of all that has come to the bank of this source; what is written down already is not again."""
        times, before = tx.one(store.paid_out(entry.source)) or (0, 0)
        _post(tx, entry, f"paid_out:{times + 1}", [_either_way(BANK, place_of(provider), total - before)])

    def unearned(self) -> Query[str]:
        return store.unearned()

    def earned(self, tx: Transaction, about: str) -> int:
        """What was given back since it was last called for comes off the revenue again."""
        times = tx.one(store.times_earned(about)) or 0
        found = tx.all(store.unearned_of(about))
        for number, (org_id, currency, test, rate, net) in enumerate(found, times + 1):
            pair = (deferred(rate), revenue(rate)) if net > 0 else (revenue(rate), deferred(rate))
            posting = (tx.now, org_id, currency, int(test), about, f"earned:{number}")
            store.add(tx, posting, [Transfer(*pair, abs(net))], "", about, "")
        return sum(net for *_, net in found)

    def earn(self, tx: Transaction, entry: Entry, rate: int, over: int, count: int) -> None:
        """`over` of `count` parts of the time that was paid are over: so much of what is still sold of it is revenue.
        What was given back since comes off the revenue in the same measure."""
        waits = -(tx.one(store.balance(entry, deferred(rate))) or 0)
        earned = -(tx.one(store.balance(entry, revenue(rate))) or 0)
        more = (waits + earned) * over // count - earned
        _post(tx, entry, "earned", [_either_way(deferred(rate), revenue(rate), more)])

    def known(self, source: str) -> Query[bool]:
        return store.known(source)

    def entry(self, source: str) -> Query[Entry]:
        """What its postings are of."""
        return store.entry(source)


def _post(tx: Transaction, entry: Entry, kind: str, transfers: Sequence[Transfer]) -> None:
    if tx.one(store.posted(entry.source, kind)):
        return
    posting = (entry.at, entry.org_id, entry.currency, int(entry.test), entry.source, kind)
    wanted = [one for one in transfers if one.amount]
    store.add(tx, posting, wanted, entry.order_id, entry.about, entry.memo)


def _either_way(debit: str, credit: str, amount: int) -> Transfer:
    return Transfer(debit, credit, amount) if amount >= 0 else Transfer(credit, debit, -amount)


def _by_rate(parts: Parts) -> dict[int, int]:
    sums: dict[int, int] = {}
    for gross, rate in parts:
        if gross:
            sums[rate] = sums.get(rate, 0) + gross
    return sums
