"""What the box office holds about a person is exported, and names nobody once they are erased; the books stay."""

from dataclasses import dataclass

from novacast.tickets.sales.models import Wanted
from tests.tickets.box import ADA, ADA_AS_BUYER, OWNER, Box


@dataclass(frozen=True, slots=True)
class Subject:
    person_id: str


async def test_a_person_sees_what_is_held_about_them_and_is_forgotten_when_they_go(box: Box) -> None:
    await box.bought(await box.standing(2, who=ADA), who=ADA)
    held = await box.standing(1, who=ADA)
    told = await box.own.personal.export(Subject("ada"))
    assert [(one["email"], one["state"], one["total"]) for one in told["orders"]] == [("ada@example.org", "paid", 2000)]
    assert [one["name"] for one in told["tickets"]] == [ADA_AS_BUYER.name] * 2
    assert len(told["baskets"]) == 2
    await box.db.write(lambda tx: box.own.personal.erase(tx, Subject("ada")))
    assert await box.own.personal.export(Subject("ada")) == {
        name: []
        for name in ("orders", "tickets", "baskets", "answers", "handed_on", "waiting", "videos", "tips", "log")
    }
    (order,) = [one.order for one in (await box.own.sales.find(OWNER, box.night.org_id, Wanted(), None, 10)).items]
    assert (order.name, order.email, order.person_id, order.total) == ("", "", None, 2000)
    assert (await box.own.holds.show(box.token(held))).hold.person_id is None
    assert await box.used() == 3
    await box.clean()
