"""Members at the box office: their prices, and a sale that opens earlier."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from novacast.clock import HOUR
from novacast.database import IntegrityError, Transaction
from novacast.errors import Conflict, Forbidden
from novacast.identity import Principal
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.events.models import Performance, PerformanceChanges
from novacast.tickets.holds.models import NotOnSale
from novacast.tickets.members.models import Standing
from novacast.tickets.orders.models import Method
from tests.tickets.box import ADA, BEN, GUEST, OWNER, SELLER, Box
from tests.tickets.office import working
from tests.tickets.serving import serving
from tests.tickets.test_office_pages import STUDIO, get, send
from tests.tickets.things import item


@dataclass(frozen=True, slots=True)
class Gold:
    name: str = "Gold"
    discount: int = 2000
    presale_hours: int = 48


@dataclass
class Club:
    """Who is a member, and may stop to be one."""

    gold: Sequence[Gold] = (Gold(),)
    people: set[str] = field(default_factory=lambda: {"ada"})

    def held(self, tx: Transaction, person_id: str, org_id: str) -> Sequence[Gold]:
        return self.gold if person_id in self.people else ()

    def offered(self, tx: Transaction, org_id: str) -> Sequence[Gold]:
        return self.gold

    async def tiers(self, principal: Principal, org_id: str) -> Sequence[Gold]:
        return self.gold if principal.person_id in self.people else ()

    async def of_house(self, org_id: str) -> Sequence[Gold]:
        return self.gold


@pytest.fixture
def club(box: Box) -> Club:
    made = Club()
    box.own.members.memberships = made
    return made


async def begins(box: Box, hours: int) -> None:
    """The general sale, in so many hours."""
    given = PerformanceChanges(frozenset({"sale_from"}), sale_from=box.clock.now() + hours * HOUR)
    await box.own.performances.edit(OWNER, box.night.id, given)


async def test_a_members_price_is_shown_taken_frozen_and_paid(box: Box, club: Club) -> None:
    offer = await box.own.performances.show(ADA, box.night.id)
    assert {one.id: offer.off(one, one.price) for one in offer.items} == {box.seats.id: 400, box.room.id: 200}
    assert [one.name for one in offer.tiers] == ["Gold"]
    assert not (await box.own.performances.show(BEN, box.night.id)).savings(box.room)
    basket = await box.standing(2, who=ADA)
    assert [(one.claim.price, one.claim.member_off, one.claim.tier) for one in basket.lines] == [(800, 200, "Gold")] * 2
    assert (basket.total, basket.saving) == (1600, 400)
    club.gold = (Gold(discount=5000),)
    receipt = await box.bought(basket, who=ADA)
    assert receipt.order.total == 1600
    with pytest.raises(IntegrityError):
        await box.db.write(lambda tx: tx.run("UPDATE member_prices SET off = 1"))
    await box.clean()


async def test_each_member_has_so_many_at_their_price_and_no_more(box: Box, club: Club) -> None:
    basket = await box.standing(3, who=ADA)
    assert sorted(one.claim.price for one in basket.lines) == [800, 800, 1000]
    assert [one.claim.price for one in (await box.seated("Stalls/A/1", who=ADA)).lines] == [2000]
    await box.own.holds.release(box.token(basket))
    await box.own.members.set_limit(OWNER, box.night.id, 1)
    basket = await box.standing(2, who=ADA)
    assert sorted(one.claim.price for one in basket.lines) == [800, 1000]
    await box.own.members.set_limit(OWNER, box.night.id, 0)
    with pytest.raises(Forbidden):
        await box.own.members.set_limit(SELLER, box.night.id, 9)


async def test_nobody_else_pays_it(box: Box, club: Club) -> None:
    for who in (BEN, GUEST):
        assert (await box.standing(1, who=who)).total == 1000
    assert (await box.sold(1)).order.total == 1000


async def test_who_is_no_member_any_more_when_they_order_pays_what_all_do(box: Box, club: Club) -> None:
    basket = await box.standing(1, who=ADA)
    club.people.clear()
    with pytest.raises(Conflict, match="Gold has ended"):
        await box.order(basket, who=ADA)


async def test_of_a_code_and_a_membership_the_better_counts(box: Box, club: Club) -> None:
    for code, percent in (("LESS", 1000), ("MORE", 5000)):
        made = CodeChanges(frozenset({"code", "percent_bp"}), code=code, percent_bp=percent)
        await box.own.codes.create(OWNER, box.night.event_id, made)
    basket = await box.standing(1, who=ADA)
    for code, price in (("LESS", 800), ("MORE", 500), ("", 800)):
        basket = await box.own.holds.recode(ADA, box.token(basket), code)
        assert basket.total == price, code
        assert (basket.lines[0].claim.tier == "Gold") is (price == 800)
    await box.clean()


async def test_members_buy_before_the_sale_and_others_are_told_who_may(box: Box, club: Club) -> None:
    await begins(box, 49)
    with pytest.raises(NotOnSale, match="not on sale"):
        await box.standing(1, who=ADA)
    box.clock.advance(3600)
    for who in (BEN, GUEST):
        with pytest.raises(NotOnSale, match="to members alone: Gold"):
            await box.standing(1, who=who)
    basket = await box.standing(1, who=ADA)
    receipt = await box.order(basket, who=ADA)
    assert receipt.order.method is Method.SANDBOX
    box.clock.advance(48 * 3600)


async def test_who_took_it_as_a_member_must_still_be_one_while_the_sale_is_not_open(box: Box, club: Club) -> None:
    club.gold = (Gold(discount=0),)
    await begins(box, 10)
    basket = await box.standing(1, who=ADA)
    club.people.clear()
    with pytest.raises(NotOnSale, match="to members alone"):
        await box.order(basket, who=ADA)
    with pytest.raises(NotOnSale):
        await box.own.holds.recode(ADA, box.token(basket), "")


def test_half_a_unit_is_rounded_up_and_what_the_buyer_sets_stays() -> None:
    standing = Standing((Gold(discount=1250),), 1)
    assert standing.off(item(), 1002) == (125, "Gold")
    assert standing.off(item(), 1004) == (126, "Gold")
    assert standing.off(item(open_price=True), 1004) == (0, "")
    assert standing.after(1).off(item(), 1000) == (0, "")


async def test_the_map_of_seats_has_members_prices(box: Box, club: Club) -> None:
    for who, price in ((ADA, 1650), (BEN, 2050)):
        states = await box.own.halls.states(who, box.night.id)
        assert set(states.prices[box.seats.id].values()) == {price}


async def test_pages_and_api_say_it(box: Box, club: Club) -> None:
    await begins(box, 10)
    async with serving(box) as served:
        answer = await served.ask("GET", f"/performances/{box.night.id}", who="ada")
        (tier,) = answer.json["memberships"]
        assert (tier["name"], tier["discount_basis_points"], tier["mine"]) == ("Gold", 2000, True)
        assert answer.json["member_tickets"] == 2
        assert {one["price"] for one in answer.json["discounts"]} == {1600, 800}
        for who, told in (("ada", "You have 2 more tickets at your price."), ("", "Log in for your price")):
            headers = {"Accept": "text/html"} | ({"Authorization": f"Bearer {who}"} if who else {})
            async with served.client.get(f"{served.url}/performances/{box.night.id}", headers=headers) as response:
                page = await response.text()
            assert told in page
            assert "20% off." in page
            assert ("Into the basket" in page) is (who == "ada")
            assert "The sale opens earlier" in page
        refused = await served.ask(
            "POST", f"/performances/{box.night.id}/holds", {"lines": [{"item": box.room.id, "quantity": 1}]}
        )
        assert (refused.status, refused.json["code"]) == (409, "not_on_sale")
        assert "Gold" in refused.json["detail"]
        path = f"/performances/{box.night.id}/member-prices"
        assert (await served.ask("PUT", path, {"most": 5}, who="owner")).json == {"most": 5}


async def test_the_house_says_on_a_page_how_many_each_member_has_at_their_price(box: Box, club: Club) -> None:
    async with working(box) as office:
        place = f"{STUDIO}/performances/{box.night.id}"
        page = await get(office, f"{place}/stock")
        assert "20 % off tickets" in page
        assert 'name="most" type="text" value="2"' in page
        for wrong in ("", "-1", "101", "two", "9" * 40, "１"):
            _, refused = await send(office, f"{place}/member-prices", status=422, most=wrong)
            assert "Write a whole number from 0 to 100." in refused
            assert f'value="{wrong}"' in refused
        _, saved = await send(office, f"{place}/member-prices", most="5")
        assert 'value="5"' in saved
        assert (await box.own.members.shown(ADA, box.night))[0].left == 5
        await send(office, f"{place}/member-prices", who="seller", status=403, most="9")
        _, copied = await send(office, f"{place}/copy", starts="2031-07-01T20:00")
        assert copied
        copy = next(one for one in await nights(box) if one.id != box.night.id)
        assert await box.own.members.limit(copy.id) == 5
        club.gold = (Gold(discount=0, presale_hours=0),)
        assert 'name="most"' not in await get(office, f"{place}/stock")


async def nights(box: Box) -> Sequence[Performance]:
    return (await box.own.events.worked_on(OWNER, box.night.event_id)).performances
