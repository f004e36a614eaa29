"""A dispute of one payment for several orders, divided among them."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.database import Transaction
from novacast.money import Disputed
from novacast.tickets.disputes import store
from novacast.tickets.orders.models import CAPTURED, Attempt
from novacast.tickets.purchases import store as purchases
from novacast.tickets.purchases.ports import Part
from novacast.tickets.refunds import store as refunds

MEMBER = "/member"
"""Behind the name of a dispute: the part of it that is a membership's."""


def divided(
    tx: Transaction, provider: str, told: Disputed, beside: int | None = None
) -> Sequence[tuple[Attempt, Disputed]]:
    """By what is left of each share, or by what each was where that is less than is disputed; with the dispute's name
    and a number behind it. `beside`: what is left of a membership's part. Nothing, where no payment of ours is
    meant."""
    found = _captured(tx, provider, told)
    if not found:
        return []
    joint = tx.one(purchases.joint_of(found[0].key))
    if joint is None:
        return [(found[0], told)]
    parts = _parts(tx, found, joint.beside, beside, told.amount)
    return [
        (one, replace(told, reference=f"{told.reference}/{number}", amount=part))
        for number, (one, part) in enumerate(zip(found, parts, strict=False), 1)
        if part
    ]


def member(tx: Transaction, provider: str, told: Disputed) -> str | None:
    """The id of a membership that a part of the payment began."""
    found = _captured(tx, provider, told)
    joint = tx.one(purchases.joint_of(found[0].key)) if found else None
    purchase = None if joint is None or not joint.beside else tx.one(purchases.purchase(joint.purchase_id))
    return None if purchase is None else purchase.subscription_id


def of_member(tx: Transaction, provider: str, told: Disputed, subscription_id: str, beside: int) -> Part | None:
    """What of it is the membership's: nothing, where none of that is left. `beside`: what is left of its part."""
    found = _captured(tx, provider, told)
    joint = tx.one(purchases.joint_of(found[0].key)) if found else None
    if joint is None:
        return None
    part = _parts(tx, found, joint.beside, beside, told.amount)[-1]
    told = replace(told, reference=f"{told.reference}{MEMBER}", amount=part)
    return Part(subscription_id, told)


def _captured(tx: Transaction, provider: str, told: Disputed) -> Sequence[Attempt]:
    return [one for one in tx.all(store.payment(provider, told.payment)) if one.state in CAPTURED]


def _parts(
    tx: Transaction, found: Sequence[Attempt], beside: int, left_beside: int | None, amount: int
) -> Sequence[int]:
    """Of each attempt, and last of what is beside them."""
    left = [one.captured - (tx.one(refunds.spoken_for(one.id)) or 0) for one in found]
    left.append(beside if left_beside is None else left_beside)
    if sum(left) < amount:
        left = [*(one.captured for one in found), beside]
    return shares(left, min(amount, sum(left)))


def shares(weights: Sequence[int], amount: int) -> Sequence[int]:
    """An amount laid on these by what each weighs, to the minor unit."""
    total, before, given, found = sum(weights), 0, 0, []
    for one in weights:
        before += one
        upto = amount * before // total if total else 0
        found.append(upto - given)
        given = upto
    return found
