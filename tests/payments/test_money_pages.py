"""What a house sees of its money at a provider: payouts, disputes and incidents, as pages and as API; and who else does
not."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from novacast.payments.incidents.models import KINDS
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.reading import Journal
from novacast.payments.routes import money_routes
from novacast.tickets.services import FONTS
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.fakes.stripe.account import DAY
from tests.fakes.stripe.money import SUCCESS
from tests.payments.paying import House
from tests.tickets.box import ORG, OTHER_ORG
from tests.tickets.office import Organizations, working
from tests.tickets.serving import Served

STUDIO = "/studio/tickets"
ROOMS = ("payouts", "disputes", "incidents", "revenue", "refunds", "invoices")


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    box = house.box
    journal, invoices = Journal(box.db, test=True), Invoices(box.db, FONTS)
    pages = money_routes(house.payments, journal, invoices, Organizations(), box.own.events, FONTS, box.clock)
    async with working(box, pages) as opened:
        yield opened


async def get(served: Served, path: str, who: str = "owner") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {who}", "Accept": "text/html"}
    async with served.client.get(served.url + path, headers=headers) as answer:
        return answer.status, await answer.text()


async def eventful(house: House) -> str:
    """A week in which a payout came, a bank wants something back, and somebody else's money came; the code of the
    disputed order."""
    await house.paid()
    disputed = await house.paid()
    await house.inbox.sweep()
    house.box.clock.advance(3 * DAY)
    house.standin.account.tick()
    assert house.standin.payouts.daily() is not None
    attempt = (await house.box.own.orders.show(disputed)).attempts[-1]
    intent = house.standin.account.get("payment_intent", attempt.reference or "")
    house.standin.money.dispute(house.standin.account.get("charge", intent["latest_charge"]))
    stranger = house.standin.money.intent(500, "eur", metadata={"attempt": "somebody else's"})
    house.standin.money.pay(stranger, SUCCESS)
    house.box.clock.advance(3 * DAY)
    house.standin.account.tick()
    await house.inbox.sweep()
    await house.payments.payouts.sweep()
    for topic in sorted(KINDS):
        for fact in await house.box.facts(topic):
            await house.payments.incidents.hear(fact)
    return (await house.box.own.orders.show(disputed)).order.code


async def test_a_house_sees_its_payouts_disputes_and_incidents(house: House, served: Served) -> None:
    for room in ROOMS:
        status, page = await get(served, f"{STUDIO}/{room}")
        assert status == 200, room
        assert 'class="empty"' in page, f"{room} says that there is nothing"
    code = await eventful(house)
    _status, payouts = await get(served, f"{STUDIO}/payouts")
    assert "€19.20" in payouts
    assert "belongs to nothing here" in payouts
    _status, disputes = await get(served, f"{STUDIO}/disputes")
    assert code in disputes
    assert "6 days left" in disputes
    _status, incidents = await get(served, f"{STUDIO}/incidents")
    assert "A bank took a payment back" in incidents
    (told,) = (await served.ask("GET", f"/organizations/{ORG}/incidents?waiting=true", who="owner")).json["items"]
    done = f"{served.url}{STUDIO}/incidents/{told['id']}/done"
    headers = {"Authorization": "Bearer owner"}
    async with served.client.post(done, data={"org": ORG, "note": "answered"}, headers=headers) as answer:
        assert answer.status == 200
    assert "A bank took a payment back" not in (await get(served, f"{STUDIO}/incidents"))[1]
    assert "answered" in (await get(served, f"{STUDIO}/incidents?all=true"))[1]
    (paid,) = (await served.ask("GET", f"/organizations/{ORG}/payouts", who="owner")).json["items"]
    assert (paid["net"], paid["fees"], paid["whole"]) == (1920, 80, 1920)
    (odd,) = (await served.ask("GET", f"/organizations/{ORG}/payouts/mismatches", who="owner")).json["items"]
    assert (odd["what"], odd["told"]) == ("unknown", 467)


async def test_nobody_sees_or_moves_the_money_of_another_house(house: House, served: Served) -> None:
    await eventful(house)
    (told,) = (await served.ask("GET", f"/organizations/{ORG}/incidents", who="owner")).json["items"]
    (dispute,) = (await served.ask("GET", f"/organizations/{ORG}/disputes", who="owner")).json["items"]
    of = f"/organizations/{ORG}"
    seen = (f"{of}/payouts", f"{of}/payouts/mismatches", f"{of}/incidents", f"{of}/disputes", f"{of}/refunds")
    for who, status in (("outsider", 404), ("door", 403), ("", 401)):
        for path in (*seen, f"{of}/ledger/balances", f"{of}/orders/{dispute['order']}/evidence"):
            assert (await served.ask("GET", path, who=who)).status == status, (who, path)
        assert (await served.ask("POST", f"{of}/incidents/{told['id']}/done", {}, who=who)).status == status
    # By the address of an organization of one's own.
    other = f"/organizations/{OTHER_ORG}"
    assert (await served.ask("POST", f"{other}/incidents/{told['id']}/done", {}, who="outsider")).status == 404
    assert (await served.ask("GET", f"{other}/orders/{dispute['order']}/evidence", who="outsider")).status == 404
    assert (await served.ask("GET", f"{other}/payouts", who="outsider")).json["items"] == []
    assert (await served.ask("GET", f"{other}/payouts/mismatches", who="outsider")).json["items"] == []
    async with served.client.post(
        f"{served.url}{STUDIO}/incidents/{told['id']}/done",
        data={"org": OTHER_ORG},
        headers={"Authorization": "Bearer outsider"},
    ) as answer:
        assert answer.status == 404
    for cursor in ("nonsense", "W10", "WyJhIiwgImIiXQ"):
        for path in (f"{of}/payouts", f"{of}/incidents", f"{of}/disputes"):
            assert (await served.ask("GET", f"{path}?cursor={cursor}", who="owner")).status in (400, 422), path
    for path in ("payouts", "incidents", "disputes"):
        assert (await get(served, f"{STUDIO}/{path}?org={ORG}&cursor=nonsense"))[0] == 200


@pytest.mark.browser
@pytest.mark.slow
async def test_the_pages_of_money_fit_every_screen(house: House, served: Served) -> None:
    async with Windows.start(find_chromium(), FLAGS) as windows:
        for state in ("empty", "eventful"):
            if state == "eventful":
                await eventful(house)
            for room in ("payouts", "disputes", "incidents"):
                window = await windows.open("about:blank")
                await window.page.set_extra_http_headers({"Authorization": "Bearer owner"})
                await window.page.goto(f"{served.url}{STUDIO}/{room}")
                await expect(window.page.locator("h1")).to_be_visible()
                await windows.look(window, f"{room}-{state}")
