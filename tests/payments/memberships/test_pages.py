"""Memberships in a browser without scripts, and over the API, behind the real web server."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from aiohttp import ClientSession

from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Event as Fact
from novacast.outbox import Outbox
from novacast.payments.memberships.members.pages import MemberPages
from novacast.payments.memberships.models import MOST_MEDIA, Interval, Plan
from novacast.payments.memberships.offers.pages import OfferPages
from novacast.payments.memberships.pages import MembershipPages
from novacast.payments.memberships.plans import PlanDraft, TierDraft
from novacast.payments.memberships.routes import ASKING, ChargeRoutes, PlanRoutes, SubscriptionRoutes
from novacast.payments.memberships.studio.opening.pages import OpeningPages
from novacast.payments.memberships.studio.pages import MembershipStudioPages
from novacast.settings import Server, Settings
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from tests.payments.memberships.conftest import ADA, BEN, DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, SELLER, Club

PEOPLE: Mapping[str, Principal] = {one.name: one for one in (OWNER, SELLER, DOOR, OUTSIDER, ADA, BEN)}
VIDEOS: Mapping[str, str] = {"video1": "The Seagull", "video2": "<b>Three</b> Sisters"}
PROGRAMMES: Mapping[str, str] = {"video1": "The Seagull, live", "live1": "The Cherry Orchard"}
HOUSES = {ORG: f"Named {ORG}", OTHER_ORG: "بيت الموسيقى", "ada": "Named ada", "ben": "Named ben"}
Ask = Callable[..., Awaitable[tuple[int, Any]]]
TIERS = f"/api/v1/organizations/{ORG}/tiers"


class Tokens:
    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.bearer or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this token.") from error


class Shelf:
    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    async def find(self, principal: Principal, org_id: str, text: str, limit: int) -> Sequence[tuple[str, str]]:
        return [one for one in self._titles.items() if text in one[1]][:limit]

    async def titles(self, org_id: str, ids: Sequence[str]) -> Mapping[str, str]:
        return {one: self._titles[one] for one in ids if one in self._titles and org_id == ORG}


class Names:
    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        return {one: HOUSES[one] for one in ids if one in HOUSES}


@pytest.fixture
async def ask(club: Club) -> AsyncIterator[Ask]:
    own = club.own
    parts = Parts(
        settings=Settings(server=Server(port=0)),
        routes=[
            PlanRoutes(own.plans),
            SubscriptionRoutes(own.memberships),
            ChargeRoutes(own.refunds, own.papers),
            OfferPages(own, Names()),
            MembershipPages(own, Names(), [Shelf(VIDEOS), Shelf(PROGRAMMES)]),
            MemberPages(own, Names(), Names()),
            OpeningPages(own.plans, [Shelf(VIDEOS), Shelf(PROGRAMMES)]),
            MembershipStudioPages(own, Names(), Names(), club.clock),
        ],
        authenticator=Tokens(),
        db=club.db,
        outbox=Outbox(club.db),
        clock=club.clock,
        limiter=RateLimiter(club.clock),
        metrics=Metrics(),
        key=b"k" * 32,
    )
    server = WebServer(parts)
    await server.start()
    async with ClientSession(f"http://127.0.0.1:{server.port}") as session:

        async def asked(who: str, method: str, path: str, body: Any = None, form: Any = None) -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {who}"} if who else {}
            if not path.startswith("/api/"):
                headers["Accept"] = "text/html"
            async with session.request(method, path, json=body, data=form, headers=headers) as response:
                text = await response.text()
                return response.status, json.loads(text) if text.startswith(("{", "[")) else text

        yield asked
    await server.stop()


async def test_a_tier_is_made_bought_paid_and_ended_over_the_api(club: Club, ask: Ask) -> None:
    status, tier = await ask("owner", "POST", TIERS, {"name": "Friends", "media": ["video1"]})
    assert (status, tier["plans"], tier["media"]) == (201, [], ["video1"])
    assert (await ask("", "GET", f"/api/v1/plans?organization={ORG}"))[1]["items"] == []
    price = {"interval": "year", "price": 9000, "currency": "EUR", "tax": 700}
    status, plan = await ask("owner", "POST", f"/api/v1/tiers/{tier['id']}/plans", price)
    assert (status, plan["price"], plan["grace_days"]) == (201, 9000, 14)
    (shown,) = (await ask("", "GET", f"/api/v1/plans?organization={ORG}"))[1]["items"]
    assert shown["plans"] == [plan]
    assert (await ask("", "POST", "/api/v1/subscriptions", {"plan": plan["id"]}))[0] == 401
    status, made = await ask("ada", "POST", "/api/v1/subscriptions", {"plan": plan["id"]})
    assert (status, made["state"]) == (201, "pending")
    assert (await ask("ada", "POST", "/api/v1/subscriptions", {"plan": plan["id"]}))[0] == 409
    assert (await ask("ben", "GET", f"/api/v1/subscriptions/{made['id']}"))[0] == 404
    (mine,) = (await ask("ada", "GET", "/api/v1/me/subscriptions"))[1]["items"]
    charge = f"/api/v1/subscription-charges/{mine['charges'][0]['id']}/paid"
    assert (await ask("ada", "POST", charge, {}))[0] == 404
    assert (await ask("door", "POST", charge, {}))[0] == 403
    assert (await ask("seller", "POST", charge, {"how": "transfer"}))[1]["ends_at"] == "2027-01-31T12:00:00.000Z"
    assert await club.opens()
    listed = (await ask("seller", "GET", f"/api/v1/organizations/{ORG}/subscriptions"))[1]["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert (await ask("outsider", "GET", f"/api/v1/organizations/{ORG}/subscriptions"))[0] == 404
    one = f"/api/v1/subscriptions/{made['id']}"
    assert (await ask("ada", "POST", f"{one}/cancel", {}))[1]["stops"] is True
    assert (await ask("ada", "POST", f"{one}/cancel", {"now": True}))[1]["state"] == "cancelled"


@pytest.mark.parametrize("root", ["/account/memberships", "/api/v1/subscriptions"])
async def test_what_asks_the_provider_about_a_membership_is_limited(club: Club, ask: Ask, root: str) -> None:
    made = await club.member(await club.plan(await club.tier()))
    sent = {"body": {}} if root.startswith("/api") else {"form": {}}
    verbs = ("cancel", "keep", "pause", "resume")

    async def answered(verb: str) -> int:
        status: int = (await ask("ada", "POST", f"{root}/{made.id}/{verb}", **sent))[0]
        return status

    assert 429 not in [await answered(verbs[n % 2]) for n in range(ASKING.burst)]
    assert {await answered(verb) for verb in verbs} == {429}


async def test_organizers_and_members_do_all_of_it_in_a_browser(club: Club, ask: Ask) -> None:
    assert "No memberships to look after" in (await ask("ada", "GET", "/studio/memberships"))[1]
    form = {"org": ORG, "name": "Friends", "circle": "", "badge": "Friend", "description": "Warm"}
    assert (await ask("owner", "POST", "/studio/memberships", form=form | {"name": " "}))[0] == 422
    assert "Friends" in (await ask("owner", "POST", "/studio/memberships", form=form))[1]
    (tier,) = await club.own.plans.of_org(OWNER, ORG)
    here = f"/studio/memberships/{tier.tier.id}"
    price = {"price": "9,50", "currency": "EUR", "interval": "month", "tax": "19"}
    assert "€9.50 a month" in (await ask("owner", "POST", f"{here}/prices", form=price))[1]
    status, page = await ask("owner", "POST", f"{here}/prices", form=price | {"price": "free", "tax": "7"})
    assert (status, 'value="free"' in page, 'value="7"' in page) == (422, True, True)
    status, page = await ask("owner", "POST", f"{here}/prices", form=price | {"tax": "much"})
    assert (status, 'value="much"' in page, "such as 7.5" in page) == (422, True, True)
    yearly = price | {"price": "90", "interval": "year", "tax": "7,5"}
    assert "€90.00 a year" in (await ask("owner", "POST", f"{here}/prices", form=yearly))[1]
    (made,) = await club.own.plans.of_org(OWNER, ORG)
    (year,) = (one for one in made.plans if one.interval is Interval.YEAR)
    assert year.tax == 750
    await club.own.plans.offer(OWNER, year.id, offered=False)
    changed = {name: value for name, value in form.items() if name != "circle"} | {"badge": "Patron"}
    assert "Patron" in (await ask("owner", "POST", here, form=changed))[1]
    status, page = await ask("", "GET", f"/memberships/{ORG}")
    assert status == 200
    assert "€9.50 a month" in page
    assert (await ask("", "GET", "/memberships/nowhere"))[0] == 404
    (plan,) = (await club.own.plans.offered(ORG))[0].plans
    wish = {"plan": plan.id, "way": "offline"}
    assert "Not paid yet" in (await ask("ada", "POST", f"/memberships/{ORG}", form=wish))[1]
    assert (await ask("ada", "POST", f"/memberships/{ORG}", form=wish))[0] == 422
    assert "Named ada" in (await ask("owner", "GET", f"/studio/memberships?org={ORG}"))[1]
    (due,) = await club.own.memberships.unpaid(OWNER, ORG)
    page = (await ask("seller", "GET", "/studio/memberships"))[1]
    assert "Named ada" in page
    assert "Make a tier" not in page
    page = (await ask("seller", "POST", f"/studio/memberships/charges/{due.id}/paid", form={}))[1]
    assert "Nothing is to be paid" in page
    (mine,) = await club.own.memberships.mine(ADA)
    own = f"/account/memberships/{mine.subscription.id}"
    assert "You have this" in (await ask("ada", "GET", f"/memberships/{ORG}"))[1]
    await club.own.plans.open(OWNER, tier.tier.id, "video2", opens=True)
    assert "/watch/video2" in (await ask("ada", "GET", own))[1]
    for act, words in (
        ("cancel", "It ends on"),
        ("keep", "It is renewed on"),
        ("pause", "Paused"),
        ("resume", "It is renewed on"),
    ):
        status, page = await ask("ada", "POST", f"{own}/{act}", form={})
        assert (status, words in page) == (200, True), act
    gift = {"email": "ben@venue.example", "days": "30"}
    assert (await ask("owner", "POST", f"{here}/gifts", form=gift))[0] == 200
    assert "It was given to you." in (await ask("ben", "GET", "/account/memberships"))[1]
    for action, fields in (("archive", {"archived": "true"}), ("archive", {"archived": "false"})):
        assert (await ask("owner", "POST", f"{here}/{action}", form=fields))[0] == 200
    assert (await ask("owner", "POST", f"/studio/memberships/plans/{plan.id}/offer", form={"offered": "false"}))[
        0
    ] == 200
    assert "No memberships are offered" in (await ask("", "GET", f"/memberships/{ORG}"))[1]


async def test_what_a_tier_opens_is_chosen_by_title(club: Club, ask: Ask) -> None:
    tier = await club.own.plans.create(OWNER, ORG, TierDraft(name="Friends", media=["video1", "left-over"]))
    here = f"/studio/memberships/{tier.tier.id}/opens"
    assert "It opens 2 videos and programmes." in (await ask("owner", "GET", f"/studio/memberships?org={ORG}"))[1]
    status, page = await ask("owner", "GET", here)
    assert status == 200
    assert page.count(">The Seagull</a>") == 1
    assert "&lt;b&gt;Three&lt;/b&gt; Sisters" in page
    assert "is nothing of yours, or not any more" in page
    assert "The Cherry Orchard" in page
    found = (await ask("owner", "GET", f"{here}?q=Orchard"))[1]
    assert "The Cherry Orchard" in found
    assert "Three" not in found
    assert "Nothing here is like that." in (await ask("owner", "GET", f"{here}?q=Hamlet"))[1]
    for _twice in range(2):
        status, page = await ask("owner", "POST", f"{here}/add", form={"media": "live1", "q": "Orchard"})
        assert (status, 'value="Orchard"' in page) == (200, True)
    assert (await ask("owner", "POST", f"{here}/remove", form={"media": "left-over"}))[0] == 200
    assert (await club.own.plans.tier(OWNER, tier.tier.id)).media == ["live1", "video1"]
    for wrong in ({"media": ""}, {"media": "x" * 65}, {"media": "a", "q": "x" * 201}):
        assert (await ask("owner", "POST", f"{here}/add", form=wrong))[0] == 422
    for who, code in (("outsider", 404), ("ada", 404), ("seller", 403)):
        assert (await ask(who, "GET", here))[0] == code
        assert (await ask(who, "POST", f"{here}/add", form={"media": "video2"}))[0] == code
    full = [f"m{number}" for number in range(MOST_MEDIA)]
    await club.own.plans.edit(OWNER, tier.tier.id, TierDraft(media=full))
    assert (await ask("owner", "POST", f"{here}/add", form={"media": "one-more"}))[0] == 200
    assert "one-more" not in (await club.own.plans.tier(OWNER, tier.tier.id)).media
    # Changing its words leaves what it opens.
    await ask("owner", "POST", f"/studio/memberships/{tier.tier.id}", form={"org": ORG, "name": "Patrons"})
    assert len((await club.own.plans.tier(OWNER, tier.tier.id)).media) == MOST_MEDIA


async def test_a_second_click_gives_nothing_back_again(club: Club, ask: Ask) -> None:
    made = await club.own.memberships.subscribe(ADA, (await club.plan(await club.tier())).id, "offline")
    (due,) = await club.own.memberships.unpaid(OWNER, ORG)
    await club.own.memberships.paid(OWNER, due.id)
    member = f"/studio/memberships/members/{made.id}"
    assert 'name="given" value="0"' in (await ask("owner", "GET", member))[1]
    for _click in range(2):
        await ask("owner", "POST", f"{member}/charges/{due.id}/refund", form={"amount": "4", "given": "0"})
    assert [one.amount for one in await club.own.refunds.of_charge(due.id)] == [400]


async def test_everybody_finds_the_houses_that_offer_memberships(club: Club, ask: Ask) -> None:
    houses = club.own.houses

    async def heard() -> bool:
        for fact in await club.facts("membership.plans_changed"):
            await houses.hear(fact)
        return houses.offer

    async def priced(who: Principal, org: str, name: str, price: int) -> Plan:
        tier = await club.own.plans.create(who, org, TierDraft(name=name, circle=name))
        return await club.own.plans.price(who, tier.tier.id, PlanDraft(Interval.MONTH, price, "EUR"))

    await club.own.begin()
    assert not await heard()
    assert "No memberships are offered" in (await ask("", "GET", "/memberships"))[1]
    plan = await priced(OWNER, ORG, "<b>Friends</b>", 900)
    assert await heard()
    assert "Memberships of Named org1" in (await ask("", "GET", "/memberships"))[1]
    await priced(OUTSIDER, OTHER_ORG, "أصدقاء", 1200)
    page = (await ask("", "GET", "/memberships"))[1]
    for words in ("Named org1", "&lt;b&gt;Friends", "€9.00 a month", "بيت الموسيقى", "€12.00 a month"):
        assert words in page
    assert page.index("Named org1") < page.index("بيت الموسيقى")
    await club.own.plans.offer(OWNER, plan.id, offered=False)
    assert "€12.00 a month" in (await ask("", "GET", "/memberships"))[1]
    await club.own.endings.hear(Fact(1, 0, "organization.deleted", OTHER_ORG, "internal", {}))
    assert not await heard()
