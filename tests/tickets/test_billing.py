"""Invoices: once for an order, numbered without a gap, never edited, and taken back by credit notes."""

import sqlite3
from contextlib import closing

import pytest

from novacast.database import IntegrityError
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.payments.invoices.models import Document, Kind, Seller, address_lines
from novacast.payments.invoices.service import Invoices, NoSeller
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Receipt
from novacast.tickets.services import FONTS
from tests.tickets.box import ORG, OUTSIDER, OWNER, SELLER, Box

HOUSE = Seller("The House", ("1 High Street", "Vienna"), "ATU123", "H")


async def invoices(box: Box) -> Invoices:
    made = Invoices(box.db, FONTS)
    await made.set_seller(OWNER, ORG, HOUSE)
    return made


async def documents(box: Box, receipt: Receipt) -> list[Document]:
    return list(await Invoices(box.db, FONTS).of_order(receipt.order.id))


async def test_an_invoice_is_written_once_and_says_each_rate_of_tax(box: Box) -> None:
    book = NewItem("Book", ItemKind.ADD_ON, price=535, tax_bp=700)
    drink = NewItem("Drink", ItemKind.ADD_ON, price=595, tax_bp=1900)
    items = [await box.own.performances.add_item(OWNER, box.night.id, one, [box.quota.id]) for one in (book, drink)]
    receipt = await box.bought(await box.take(Wish(items[0].id, 2), Wish(items[1].id, 1)))
    token = box.own.orders.token(receipt.order.id)
    with pytest.raises(NoSeller):
        await box.own.billing.ask(token, ())
    await invoices(box)
    assert await box.own.billing.of_order(token) == []
    for buyer in (("Ada", "2 Low Street"), ("Somebody else",)):
        await box.own.billing.ask(token, buyer)
    (one,) = await documents(box, receipt)
    assert (one.kind, one.name, one.buyer, one.seller) == (Kind.INVOICE, "H2025-00001", ("Ada", "2 Low Street"), HOUSE)
    assert [(row.text, row.units, row.gross) for row in one.rows] == [("Book", 2, 1070), ("Drink", 1, 595)]
    assert [(tax.tax_bp, tax.net, tax.tax) for tax in one.taxes] == [(1900, 500, 95), (700, 1000, 70)]
    name, written = await box.own.billing.file(token, one.id)
    assert name == "H2025-00001"
    assert written.startswith(b"%PDF")
    other = await box.bought(await box.standing())
    with pytest.raises(NotFound):
        await box.own.billing.file(box.own.orders.token(other.order.id), one.id)


async def test_what_is_given_back_is_taken_back_whenever_the_invoice_is_asked_for(box: Box) -> None:
    await invoices(box)
    receipt = await box.bought(await box.standing(3))
    order_id, ids = receipt.order.id, [one.id for one in receipt.tickets]
    await box.own.cancelling.cancel_tickets(SELLER, ORG, order_id, ids[:1], "", 400)
    await box.own.billing.ask_for(SELLER, ORG, order_id, ())
    await box.own.refunds.grant(SELLER, ORG, order_id, 100, "")
    await box.own.orders.cancel(SELLER, ORG, order_id, "")
    for _ in range(2):
        for fact in await box.facts("refund.requested"):
            await box.own.billing.hear(fact)
    found = await documents(box, receipt)
    assert [(one.kind, one.total) for one in found] == [
        (Kind.INVOICE, 3000),
        (Kind.CREDIT_NOTE, 400),
        (Kind.CREDIT_NOTE, 100),
        (Kind.CREDIT_NOTE, 2000),
    ]
    assert [one.name for one in found[1:]] == ["HC2025-00001", "HC2025-00002", "HC2025-00003"]
    assert {one.corrected for one in found[1:]} == {found[0].name}


async def test_numbers_follow_one_another(box: Box) -> None:
    await invoices(box)
    names = []
    for _ in range(3):
        receipt = await box.bought(await box.standing())
        await box.own.billing.ask(box.own.orders.token(receipt.order.id), ())
        names += [one.name for one in await documents(box, receipt)]
    assert names == ["H2025-00001", "H2025-00002", "H2025-00003"]


async def test_only_who_sees_orders_reads_invoices_and_only_owners_say_who_the_house_is(box: Box) -> None:
    made = await invoices(box)
    receipt = await box.bought(await box.standing())
    await box.own.billing.ask(box.own.orders.token(receipt.order.id), ())
    (one,) = (await made.of_org(SELLER, ORG, None, 10)).items
    assert (await made.known(SELLER, ORG, one.id)).name == one.name
    with pytest.raises(NotFound):
        await made.of_org(OUTSIDER, ORG, None, 10)
    with pytest.raises(Forbidden):
        await made.set_seller(SELLER, ORG, HOUSE)
    with pytest.raises(InvalidInput):
        await made.set_seller(OWNER, ORG, Seller("", (), ""))
    with pytest.raises(InvalidInput):
        address_lines("\n".join("abcdefghij"))


_COPY = (
    "INSERT INTO invoices SELECT 'x', org_id, test, {kind}, year, {number}, {source}, {corrects}, order_id, currency, "
    "{total}, {at}, body FROM invoices"
)


def copy(**changed: str) -> str:
    plain = {"kind": "kind", "number": "2", "source": "'x'", "corrects": "corrects", "total": "total", "at": "at"}
    return _COPY.format(**(plain | changed))


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("UPDATE invoices SET total = 1", "never edited"),
        ("DELETE FROM invoices", "never deleted"),
        (copy(number="9"), "next number"),
        (copy(number="1"), "next number"),
        (copy(at="at - 1"), "earlier date"),
        (copy(source="source"), "UNIQUE"),
        (copy(kind="'credit_note'", number="1", corrects="id", total="total + 1"), "more is taken back"),
    ],
)
async def test_the_database_refuses_what_no_book_keeper_may_do(box: Box, sql: str, refusal: str) -> None:
    await invoices(box)
    receipt = await box.bought(await box.standing())
    await box.own.billing.ask(box.own.orders.token(receipt.order.id), ())
    with closing(sqlite3.connect(box.db.path)) as bare, pytest.raises(IntegrityError, match=refusal):
        bare.execute(sql)


async def test_an_order_that_nobody_paid_has_no_invoice(box: Box) -> None:
    await invoices(box)
    receipt = await box.order(await box.standing())
    with pytest.raises(Conflict, match="Nothing was paid"):
        await box.own.billing.ask(box.own.orders.token(receipt.order.id), ())
