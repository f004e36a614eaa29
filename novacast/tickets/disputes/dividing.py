"""A dispute of one payment for several orders, divided among them."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.database import Transaction
from novacast.money import Disputed
from novacast.tickets.disputes import store
from novacast.tickets.orders.models import CAPTURED, Attempt
from novacast.tickets.purchases import store as purchases
from novacast.tickets.refunds import store as refunds


def divided(tx: Transaction, provider: str, told: Disputed) -> Sequence[tuple[Attempt, Disputed]]:
    """By what is left of each share, or by what each was where that is less than is disputed; with the dispute's name
    and a number behind it. Nothing, where no payment of ours is meant."""
    found = [one for one in tx.all(store.payment(provider, told.payment)) if one.state in CAPTURED]
    if not found:
        return []
    joint = tx.one(purchases.joint_of(found[0].key))
    if joint is None:
        return [(found[0], told)]
    left = [one.captured - (tx.one(refunds.spoken_for(one.id)) or 0) for one in found]
    if sum(left) < told.amount:
        left = [one.captured for one in found]
    parts = shares(left, min(told.amount, sum(left)))
    return [
        (one, replace(told, reference=f"{told.reference}/{number}", amount=part))
        for number, (one, part) in enumerate(zip(found, parts, strict=True), 1)
        if part
    ]


def shares(weights: Sequence[int], amount: int) -> Sequence[int]:
    """An amount laid on these by what each weighs, to the minor unit."""
    total, before, given, found = sum(weights), 0, 0, []
    for one in weights:
        before += one
        upto = amount * before // total if total else 0
        found.append(upto - given)
        given = upto
    return found
