"""SQL of what was made at Stripe once."""

from collections.abc import Sequence

from novacast.database import Query, Transaction
from novacast.payments.stripe.billing.models import Made


def made(name: str) -> Query[Made]:
    return Query(
        "SELECT * FROM stripe_made WHERE name = ?",
        (name,),
        lambda row: Made(row["name"], row["key"], row["params"], row["id"], row["created_at"]),
    )


def want(tx: Transaction, name: str, key: str, params: str) -> None:
    tx.insert("stripe_made", name=name, key=key, params=params, created_at=tx.now)


def answer(tx: Transaction, name: str, id_: str) -> None:
    tx.run("UPDATE stripe_made SET id = ? WHERE name = ? AND id IS NULL", (id_, name))


def forget(tx: Transaction, names: Sequence[str]) -> None:
    for name in names:
        tx.run("DELETE FROM stripe_made WHERE name = ?", (name,))
