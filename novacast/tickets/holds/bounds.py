"""How many of what somebody may have, in one order and over all of them, and when. All of it is asked inside the
transaction that takes the units, or that learns whose they are.
"""

from collections.abc import Mapping, Sequence

from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import ntext, text
from novacast.tickets.codes import store as codes
from novacast.tickets.codes.models import Code, CodeRefused
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.holds import store
from novacast.tickets.holds.models import Claim, NotOnSale
from novacast.tickets.members.models import NOBODY, Standing


def check_order(
    performance: Performance,
    items: Mapping[str, Item],
    counts: Mapping[str, int],
    now: int,
    code: Code | None,
    standing: Standing = NOBODY,
) -> None:
    """What one order of the public may hold. `counts`: units by item. Raises NotOnSale, CodeRefused, Conflict."""
    for item_id, count in counts.items():
        item = items[item_id]
        with_code = code if code is not None and code.takes(item_id) else None
        early = (with_code is not None and with_code.opens_early) or standing.early(item.sale_from, now)
        if not item.sells(now, early=early):
            raise NotOnSale(text("{item} is not on sale at this moment.", item=item.name))
        if count > item.most:
            raise Conflict(text("{most} of {item} are the most in one order.", most=item.most, item=item.name))
        if count < item.least:
            raise Conflict(text("{least} of {item} are the least in one order.", least=item.least, item=item.name))
    total = sum(counts.values())
    most, least = performance.most_per_order, performance.least_per_order
    if most is not None and total > most:
        raise Conflict(ntext("An order has {n} ticket at most.", "An order has {n} tickets at most.", most))
    if total < least:
        raise Conflict(ntext("An order has {n} ticket at least.", "An order has {n} tickets at least.", least))
    if code is not None:
        code.check_count(sum(count for item_id, count in counts.items() if code.takes(item_id)))


def check_share(
    tx: Transaction,
    performance: Performance,
    items: Mapping[str, Item],
    buyer: str,
    counts: Mapping[str, int],
    code: Code | None,
    coded: int,
) -> None:
    """What one person may have with all they have already. `coded`: units of them with the code.

    Raises Conflict, CodeRefused.
    """
    owned: dict[str, int] = {}
    for item_id, _, n in tx.all(store.owned(performance.id, buyer)):
        owned[item_id] = owned.get(item_id, 0) + n
    check_alone(performance, items, counts, owned)
    if code is not None and code.most_per_person is not None:
        has = tx.one(store.with_code(code.id, buyer)) or 0
        if has + coded > code.most_per_person:
            most = code.most_per_person
            raise CodeRefused(text("Everybody may have {most} with the code {code}.", most=most, code=code.code))


def check_alone(
    performance: Performance, items: Mapping[str, Item], counts: Mapping[str, int], owned: Mapping[str, int]
) -> None:
    """`owned`: what they have already; of a guest nobody knows it before they say who they are. Raises Conflict."""
    if sum(owned.values()) + sum(counts.values()) > performance.most_per_person:
        raise Conflict(text("Everybody may have {most} tickets of this performance.", most=performance.most_per_person))
    for item_id, count in counts.items():
        item = items[item_id]
        if item.most_per_person is not None and owned.get(item_id, 0) + count > item.most_per_person:
            raise Conflict(text("Everybody may have {most} of {item}.", most=item.most_per_person, item=item.name))


def check_whose(
    tx: Transaction, performance: Performance, items: Mapping[str, Item], buyer: str, claims: Sequence[Claim]
) -> None:
    """Whether what is in a basket still is somebody's share once it is theirs. Raises Conflict, CodeRefused."""
    counts: dict[str, int] = {}
    for one in claims:
        counts[one.item_id] = counts.get(one.item_id, 0) + 1
    used = next((one.code_id for one in claims if one.code_id is not None), None)
    code = None if used is None else tx.one(codes.by_id(used))
    coded = sum(one.code_id is not None for one in claims)
    check_share(tx, performance, items, buyer, counts, code, coded)
