"""All SQL of invoices."""

import json

from novacast.database import Query, Transaction
from novacast.database import Row as Found
from novacast.payments.invoices.models import Document, Kind, Row, Seller

Key = tuple[int, str]
START: Key = (2**62, "")


def seller(org_id: str) -> Query[Seller]:
    return Query(
        "SELECT * FROM invoice_sellers WHERE org_id = ?",
        (org_id,),
        lambda row: Seller(row["name"], tuple(row["address"].split("\n")), row["number"], row["prefix"], row["note"]),
    )


def set_seller(tx: Transaction, org_id: str, one: Seller) -> None:
    tx.run("DELETE FROM invoice_sellers WHERE org_id = ?", (org_id,))
    address = "\n".join(one.address)
    tx.insert(
        "invoice_sellers", org_id=org_id, name=one.name, address=address, number=one.number, prefix=one.prefix,
        note=one.note,
    )  # fmt: skip


def last(org_id: str, kind: Kind, year: int, *, test: bool) -> Query[int]:
    return Query(
        "SELECT coalesce(max(number), 0) FROM invoices WHERE org_id = ? AND test = ? AND kind = ? AND year = ?",
        (org_id, int(test), kind, year),
        lambda row: int(row[0]),
    )


def add(tx: Transaction, one: Document) -> None:
    tx.insert(
        "invoices", id=one.id, org_id=one.org_id, test=int(one.test), kind=one.kind, year=one.year, number=one.number,
        source=one.source, corrects=one.corrects, order_id=one.order_id, currency=one.currency, total=one.total,
        at=one.at, body=one.body(),
    )  # fmt: skip


def document(document_id: str) -> Query[Document]:
    return Query("SELECT * FROM invoices WHERE id = ?", (document_id,), _document)


def of_source(kind: Kind, source: str) -> Query[Document]:
    return Query("SELECT * FROM invoices WHERE kind = ? AND source = ?", (kind, source), _document)


def of_order(order_id: str) -> Query[Document]:
    return Query("SELECT * FROM invoices WHERE order_id = ? ORDER BY rowid", (order_id,), _document)


def of_org(org_id: str, start: Key, limit: int) -> Query[Document]:
    """Newest first."""
    return Query(
        "SELECT * FROM invoices WHERE org_id = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        _document,
    )


def invoiced(behind: str, limit: int) -> Query[str]:
    """Orders that have an invoice."""
    return Query(
        "SELECT order_id FROM invoices WHERE kind = 'invoice' AND order_id > ? ORDER BY order_id LIMIT ?",
        (behind, limit),
        lambda row: str(row["order_id"]),
    )


def _document(row: Found) -> Document:
    body = json.loads(row["body"])
    name, address, number, prefix, note = body["seller"]
    return Document(
        id=row["id"],
        org_id=row["org_id"],
        test=bool(row["test"]),
        kind=Kind(row["kind"]),
        year=row["year"],
        number=row["number"],
        source=row["source"],
        corrects=row["corrects"],
        corrected=body["corrected"],
        order_id=row["order_id"],
        currency=row["currency"],
        total=row["total"],
        at=row["at"],
        seller=Seller(name, tuple(address), number, prefix, note),
        buyer=tuple(body["buyer"]),
        subject=body["subject"],
        rows=[Row(*one) for one in body["rows"]],
    )
