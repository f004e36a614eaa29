"""Orders as commands tell them: with all payments, refunds and disputes."""

from collections.abc import Sequence

from novacast.clock import iso
from novacast.money import Contested
from novacast.tickets.orders.models import Attempt, Order, Receipt
from novacast.tickets.refunds.models import Refund
from novacast_admin.cli.output import print_json, print_table, say


def minor(amount: int, currency: str) -> str:
    """As it is counted: in the currency's smallest unit."""
    return f"{amount} {currency}"


def order_json(one: Order) -> dict[str, object]:
    return {
        "id": one.id,
        "code": one.code,
        "organization": one.org_id,
        "performance": one.perf_id,
        "name": one.name,
        "email": one.email,
        "method": one.method.value,
        "channel": one.channel,
        "total": one.total,
        "currency": one.currency,
        "test": one.test,
        "disputed": one.disputed,
        "state": one.state.value,
        "created_at": iso(one.created_at),
    }


def attempt_json(one: Attempt) -> dict[str, object]:
    return {
        "id": one.id,
        "provider": one.provider,
        "mode": one.mode,
        "state": one.state.value,
        "amount": one.amount,
        "captured": one.captured,
        "refunded": one.refunded,
        "currency": one.currency,
        "key": one.key,
        "reference": one.reference,
        "mismatch": one.mismatch,
        "created_at": iso(one.created_at),
    }


def refund_json(one: Refund) -> dict[str, object]:
    return {
        "id": one.id,
        "order": one.order_id,
        "why": one.why.value,
        "provider": one.provider,
        "amount": one.amount,
        "currency": one.currency,
        "state": one.state.value,
        "reference": one.reference,
        "reason": one.reason,
        "created_at": iso(one.created_at),
    }


def dispute_json(one: Contested) -> dict[str, object]:
    return {
        "id": one.id,
        "order": one.order_id,
        "subscription": one.subscription_id,
        "code": one.code,
        "provider": one.provider,
        "reference": one.reference,
        "amount": one.amount,
        "currency": one.currency,
        "reason": one.reason,
        "state": one.state,
        "due_at": iso(one.due_at),
        "created_at": iso(one.created_at),
    }


def shown(receipt: Receipt, refunds: Sequence[Refund], disputes: Sequence[Contested], *, as_json: bool) -> None:
    order = receipt.order
    if as_json:
        print_json(
            order_json(order)
            | {
                "payments": [attempt_json(one) for one in receipt.attempts],
                "refunds": [refund_json(one) for one in refunds],
                "disputes": [dispute_json(one) for one in disputes],
            }
        )
        return
    flags = "".join([", a test" if order.test else "", ", disputed" if order.disputed else ""])
    say(f"{order.code}: {minor(order.total, order.currency)} by {order.method}, {order.state}{flags}; id {order.id}.")
    rows = [
        ("payment", one.provider, one.state.value, minor(one.amount, one.currency), one.reference or one.key,
         one.mismatch or "")
        for one in receipt.attempts
    ]  # fmt: skip
    rows += [
        ("refund", one.provider, one.state.value, minor(one.amount, one.currency), one.reference or one.key,
         one.reason or "")
        for one in refunds
    ]  # fmt: skip
    rows += [
        ("dispute", one.provider, one.state, minor(one.amount, one.currency), one.reference, one.reason)
        for one in disputes
    ]  # fmt: skip
    print_table(("what", "by", "state", "amount", "reference", "note"), rows)
