"""`novacast payment`, `order` and `ticket`: what was bought is found, told, given back and checked in a shell."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.identity import SYSTEM
from novacast.settings import load
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.wiring import Services
from novacast_admin.cli import venue
from tests.admin.commands import Novacast, venue_of_ada

HOUR = 3_600_000_000


@dataclass(frozen=True)
class Sold:
    code: str
    order: str
    ticket: str


@pytest.fixture
def sold(novacast: Novacast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sold:
    """An order that the sandbox was paid for."""
    monkeypatch.setenv("NOVACAST_TICKETS_MODE", "test")
    venue_of_ada(novacast, tmp_path, "The Lantern")
    return venue.run(load(None, data=tmp_path / "data"), _sell)


async def _sell(own: Services) -> Sold:
    tickets = own.tickets
    organization = (await own.accounts.administration.organizations(SYSTEM, None, 1)).items[0]
    event = await tickets.events.create(
        SYSTEM, organization.id, EventChanges(title="Jazz", currency="EUR", published=True)
    )
    now = own.clock.now()
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=now + HOUR, ends_at=now + 4 * HOUR)
    night = await tickets.performances.create(SYSTEM, event.id, hours)
    item = await tickets.performances.add_item(SYSTEM, night.id, NewItem("Standing", ItemKind.GENERAL, price=1000), [])
    await tickets.performances.add_quota(SYSTEM, night.id, "Room", 10, [item.id])
    await tickets.performances.move(SYSTEM, night.id, PerformanceState.ON_SALE)
    basket = await tickets.holds.take(SYSTEM, night.id, [Wish(item.id, 2)])
    buyer = buyer_of("Ada", "ada@example.org", "en")
    placed = await tickets.orders.place(SYSTEM, tickets.holds.token(basket.hold.id), buyer, Method.SANDBOX)
    paid = await tickets.desk.decide(tickets.orders.token(placed.order.id), paid=True)
    return Sold(paid.order.code, paid.order.id, paid.tickets[0].id)


def told(novacast: Novacast, *arguments: str, code: int = 0) -> dict[str, object]:
    done = novacast(*arguments, "--json")
    assert done.code == code, done.err
    found: dict[str, object] = json.loads(done.out)
    return found


def test_an_order_is_found_told_given_back_in_part_and_cancelled(novacast: Novacast, sold: Sold) -> None:
    (found,) = told(novacast, "order", "search", "--org", "the-lantern", "ad")["items"]  # type: ignore[misc]  # a list
    assert (found["code"], found["state"]) == (sold.code, "paid")
    (paid,) = told(novacast, "payment", "list", "--org", "the-lantern", "--state", "captured")["items"]  # type: ignore[misc]  # a list
    assert (paid["code"], paid["amount"]) == (sold.code, 2000)
    whole = novacast("payment", "show", sold.ticket)
    assert "sandbox" in whole.out
    assert sold.code in whole.err
    assert "0 payments were asked about" in novacast("payment", "settle", sold.code).err
    back = told(novacast, "payment", "refund", sold.code, "500", "--yes")
    assert (back["amount"], back["state"]) == (500, "succeeded")
    assert novacast("order", "resend", sold.order).code == 0
    gone = told(novacast, "order", "cancel", sold.code.lower(), "--yes", "--reason", "rain")
    assert (gone["state"], [one["state"] for one in gone["refunds"]]) == ("refunded", ["succeeded"] * 2)  # type: ignore[attr-defined]  # a list
    assert "It was cancelled" in novacast("order", "show", sold.code).out
    assert novacast("order", "cancel", "NOSUCH-1", "--yes").code == 66


def test_a_code_is_checked_and_nobody_is_let_in(novacast: Novacast, sold: Sold) -> None:
    ticket = told(novacast, "ticket", "show", sold.ticket)
    code = str(ticket["code"])
    checked = told(novacast, "ticket", "check", code)
    assert (checked["good"], checked["id"], checked["order"]) == (True, sold.ticket, sold.code)
    forged = told(novacast, "ticket", "check", code[:-4] + "0000", code=1)
    assert (forged["good"], "id" in forged) == (False, False)
    told(novacast, "order", "cancel", sold.code, "--yes")
    void = told(novacast, "ticket", "check", code, code=1)
    assert (void["good"], void["state"]) == (False, "void")


def test_what_needs_somebody_is_listed_until_somebody_has_looked(
    novacast: Novacast, sold: Sold, tmp_path: Path
) -> None:
    assert told(novacast, "payment", "verify") == {"wrong": [], "mismatches": [], "incidents": []}
    with closing(sqlite3.connect(DataFolder.at(tmp_path / "data").database)) as bare, bare:
        bare.execute(
            "INSERT INTO payment_incidents (id, org_id, kind, subject, code, detail, at) "
            "SELECT 7, org_id, 'payment.mismatch', id, code, 'amount: 2000 asked, 1 told', 1 FROM orders"
        )
    assert "payment.mismatch" in novacast("payment", "incidents").out
    assert "payment.mismatch" in novacast("verify").err
    assert told(novacast, "payment", "done", "7", "--note", "mended")["note"] == "mended"
    assert told(novacast, "payment", "incidents")["items"] == []
    assert novacast("payment", "done", "8").code == 66
    assert novacast("payment", "disputes", "--org", "the-lantern").code == 0
    assert told(novacast, "payment", "reconcile") == {"items": []}
