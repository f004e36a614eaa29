"""SQL of rules of giving back, of what was given back, and of accounts that transfers go to."""

import json

from novacast.database import Query, Row, Transaction
from novacast.tickets.cancelling.models import BankAccount, Cancellation, Policy
from novacast.tickets.events.models import Performance
from novacast.tickets.holds.models import Claim

_CANCELLATION = ("id", "order_id", "org_id", "paid", "back", "currency", "reason", "person_id", "at")


def policy(event_id: str) -> Query[Policy]:
    return Query("SELECT * FROM cancel_policies WHERE event_id = ?", (event_id,), _policy)


def policy_for(performance: Performance) -> Query[Policy]:
    return policy(performance.event_id)


def set_policy(tx: Transaction, event_id: str, one: Policy | None) -> None:
    """None: buyers give nothing back by themselves."""
    tx.run("DELETE FROM cancel_policies WHERE event_id = ?", (event_id,))
    if one is not None:
        tx.insert(
            "cancel_policies",
            event_id=event_id,
            hours=one.hours,
            fee_bp=one.fee_bp,
            fee_amount=one.fee_amount,
            returns_fees=int(one.returns_fees),
        )


def account(org_id: str) -> Query[BankAccount]:
    return Query(
        "SELECT * FROM bank_accounts WHERE org_id = ?",
        (org_id,),
        lambda row: BankAccount(row["holder"], row["iban"], row["bic"], row["bank"]),
    )


def set_account(tx: Transaction, org_id: str, one: BankAccount | None) -> None:
    tx.run("DELETE FROM bank_accounts WHERE org_id = ?", (org_id,))
    if one is not None:
        tx.insert("bank_accounts", org_id=org_id, holder=one.holder, iban=one.iban, bic=one.bic, bank=one.bank)


def add(tx: Transaction, one: Cancellation) -> None:
    values = {name: getattr(one, name) for name in _CANCELLATION}
    tx.insert("cancellations", **values, tickets=json.dumps(one.tickets), by_buyer=int(one.by_buyer))


def of_order(order_id: str) -> Query[Cancellation]:
    return Query("SELECT * FROM cancellations WHERE order_id = ? ORDER BY at, rowid", (order_id,), _cancellation)


def add_move(tx: Transaction, new: Claim, before: Claim, paid: Claim) -> None:
    """`paid`: the unit as it was bought."""
    tx.insert("seat_moves", claim_id=new.id, before_id=before.id, price=paid.price, fee=paid.fee)


def moved(order_id: str) -> Query[tuple[str, int, int]]:
    """Units that took others' places, with the price and the fee that were paid for those."""
    return Query(
        "SELECT m.* FROM seat_moves m JOIN claims c ON c.id = m.claim_id WHERE c.order_id = ?",
        (order_id,),
        lambda row: (row["claim_id"], row["price"], row["fee"]),
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE cancellations SET person_id = NULL, reason = '' WHERE person_id = ?", (person_id,))


def _policy(row: Row) -> Policy:
    return Policy(row["hours"], row["fee_bp"], row["fee_amount"], bool(row["returns_fees"]))


def _cancellation(row: Row) -> Cancellation:
    return Cancellation(
        **{name: row[name] for name in _CANCELLATION},
        tickets=tuple(json.loads(row["tickets"])),
        by_buyer=bool(row["by_buyer"]),
    )
