"""What the box office holds about a person is exported, and names nobody once they are erased; the books stay."""

from dataclasses import dataclass

from novacast.payments.invoices.models import Seller
from novacast.payments.invoices.service import Invoices
from novacast.tickets.sales.models import Wanted
from novacast.tickets.services import FONTS
from tests.tickets.box import ADA, ADA_AS_BUYER, ORG, OWNER, Box


@dataclass(frozen=True, slots=True)
class Subject:
    person_id: str


async def test_a_person_sees_what_is_held_about_them_and_is_forgotten_when_they_go(box: Box) -> None:
    receipt = await box.bought(await box.standing(2, who=ADA), who=ADA)
    await Invoices(box.db, FONTS).set_seller(OWNER, ORG, Seller("The House", ("1 High Street",), "ATU123"))
    await box.own.billing.ask(box.own.orders.token(receipt.order.id), ("Ada", "2 Low Street"))
    await box.own.refunds.grant(OWNER, ORG, receipt.order.id, 300, "loud neighbours")
    held = await box.standing(1, who=ADA)
    told = await box.own.personal.export(Subject("ada"))
    assert [(one["email"], one["state"], one["total"]) for one in told["orders"]] == [
        ("ada@example.org", "partially_refunded", 2000)
    ]
    assert [one["name"] for one in told["tickets"]] == [ADA_AS_BUYER.name] * 2
    assert len(told["baskets"]) == 2
    assert [(one["amount"], one["state"]) for one in told["refunds"]] == [(300, "requested")]
    assert [(one["total"], one["buyer"]) for one in told["invoices"]] == [(2000, ["Ada", "2 Low Street"])]
    await box.db.write(lambda tx: box.own.personal.erase(tx, Subject("ada")))
    assert all(value == [] for value in (await box.own.personal.export(Subject("ada"))).values())
    (order,) = [one.order for one in (await box.own.sales.find(OWNER, box.night.org_id, Wanted(), None, 10)).items]
    assert (order.name, order.email, order.person_id, order.total) == ("", "", None, 2000)
    assert (await box.own.holds.show(box.token(held))).hold.person_id is None
    assert await box.used() == 3
    await box.clean()
