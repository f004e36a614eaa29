"""From the page of what is offered to the thank-you that follows what becomes of it, in a real browser; and what
members and the house do afterwards."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from novacast.errors import Unauthenticated
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.payments.inbox.routes import InboxRoutes
from novacast.payments.invoices.models import Seller
from novacast.payments.invoices.service import Invoices
from novacast.payments.memberships.members.pages import MemberPages
from novacast.payments.memberships.models import Interval, State
from novacast.payments.memberships.offers.pages import OfferPages
from novacast.payments.memberships.pages import MembershipPages
from novacast.payments.memberships.plans import PlanDraft
from novacast.payments.memberships.studio.opening.pages import OpeningPages
from novacast.payments.memberships.studio.pages import MembershipStudioPages
from novacast.payments.memberships.topics import TOPICS
from novacast.settings import Server, Settings
from novacast.tickets.services import FONTS
from novacast.topics import Topics
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.money import SUCCESS
from tests.compiled import static, templates
from tests.e2e.browser import FLAGS, Window, Windows, find_chromium
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, ORG, OWNER, day

PEOPLE: Mapping[str, Principal] = {one.name: one for one in (OWNER, ADA)}
HOUSE = "http://house.example"
FILMS: Mapping[str, str] = {
    "video1": "The Seagull",
    "video2": "The Life and Adventures of Nicholas Nickleby, in two parts and four intervals, with an introduction",
    "video3": "ألف ليلة وليلة",
}


class Cookies:
    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.session or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this session.") from error


class Shelf:
    async def find(self, principal: Principal, org_id: str, text: str, limit: int) -> Sequence[tuple[str, str]]:
        return [one for one in FILMS.items() if text.casefold() in one[1].casefold()]

    async def titles(self, org_id: str, ids: Sequence[str]) -> Mapping[str, str]:
        return {one: FILMS[one] for one in ids if one in FILMS}


class Names:
    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        known = {ORG: "The Main Stage", "ada": "Ada Lovelace", "ben": "Ben"}
        return {one: known[one] for one in ids if one in known}


@asynccontextmanager
async def serving(club: CardClub) -> AsyncIterator[int]:
    """The port of the club's web server, which Stripe sends its webhooks to."""
    told = Topics()
    told.declare(TOPICS)
    facts = Outbox(club.db)
    own = club.own
    server = WebServer(
        Parts(
            settings=Settings(server=Server(port=0)),
            routes=[
                OfferPages(own, Names()),
                MembershipPages(own, Names()),
                MemberPages(own, Names(), Names()),
                OpeningPages(own.plans, [Shelf()]),
                MembershipStudioPages(own, Names(), Names(), club.clock),
                InboxRoutes(club.inbox),
            ],
            authenticator=Cookies(),
            db=club.db,
            outbox=facts,
            cache=templates(),
            static=static(),
            clock=club.clock,
            limiter=RateLimiter(club.clock),
            metrics=Metrics(),
            key=b"k" * 32,
            topics=told,
        )
    )
    await facts.start()
    await server.start()
    club.standin.webhooks.url = f"http://127.0.0.1:{server.port}/api/v1/webhooks/stripe"
    try:
        yield server.port
    finally:
        await server.stop()
        await facts.close()


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


async def furnished(club: CardClub) -> None:
    """Two tiers of one circle, with a trial, a year and what members save."""
    seller = Seller("The Main Stage", ("1 High Street", "Town"), "DE123456789", "MS-", "Thank you.")
    await Invoices(club.db, FONTS).set_seller(OWNER, ORG, seller)
    small = await club.tier("Friends", circle="us", discount=1000, presale_hours=48, description="Warm seats.")
    large = await club.tier("Patrons", circle="us", discount=2000, description="All of it, and a drink.")
    await club.plan(small, tax=1900)
    for tier, interval, price in ((large, Interval.MONTH, 2700), (large, Interval.YEAR, 27_000)):
        await club.own.plans.price(OWNER, tier.tier.id, PlanDraft(interval, price, "EUR", 1900))


async def as_(windows: Windows, name: str, path: str) -> Window:
    window = await windows.open(f"{HOUSE}/memberships/{ORG}")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": name, "url": HOUSE}])
    await window.page.goto(f"{HOUSE}{path}")
    return window


@pytest.mark.slow
@pytest.mark.browser
async def test_a_member_pays_by_card_changes_and_is_given_back_in_a_real_browser(club: CardClub) -> None:
    async with serving(club) as port:
        flags = (*FLAGS, f"--host-resolver-rules=MAP house.example:80 127.0.0.1:{port}")
        async with Windows.start(find_chromium(), flags) as windows:
            await _nothing_yet(windows)
            await furnished(club)
            await _becomes(club, windows)
            await _is_offered_no_other(windows)
            await _changes(club, windows)
            await _does_not_pay(club, windows)
            await _is_looked_after(club, windows)


async def _nothing_yet(windows: Windows) -> None:
    window = await as_(windows, "owner", f"/studio/memberships/members?org={ORG}")
    await windows.look(window, "members-none")
    await window.page.goto(f"{HOUSE}/studio/memberships?org={ORG}")
    await windows.look(window, "memberships-studio-none")
    await window.page.goto(f"{HOUSE}/memberships/{ORG}")
    await windows.look(window, "memberships-offered-none")


async def _becomes(club: CardClub, windows: Windows) -> None:
    window = await as_(windows, "ada", "/account/memberships")
    page = window.page
    await windows.look(window, "memberships-none")
    await page.goto(f"{HOUSE}/memberships/{ORG}")
    await windows.look(window, "memberships-offered")
    card = page.locator(".card", has=page.get_by_role("heading", name="Friends"))
    await card.get_by_role("button", name="Become a member").click()
    await page.get_by_label("Card number").wait_for()
    (made,) = await club.all()
    # Who turns back sees what is still to be paid; who has paid elsewhere sees it by itself.
    await page.goto(f"{HOUSE}/account/memberships/{made.id}/back")
    await expect(page.get_by_role("heading", name="Not paid yet")).to_be_visible()
    await windows.look(window, "membership-pending")
    club.standin.checkout.pay(club.page(made)["id"], SUCCESS)
    await club.own.billed.ask(made.id)
    await expect(page.get_by_role("heading", name="Welcome, you are a member")).to_be_visible()
    await windows.look(window, "membership-welcome")
    assert [one for one in window.complaints if "Cross-Origin-Opener-Policy" not in one] == []


async def _is_offered_no_other(windows: Windows) -> None:
    window = await as_(windows, "ada", f"/memberships/{ORG}")
    await expect(window.page.get_by_text("You have this")).to_be_visible()
    await expect(window.page.get_by_text("You have another one of this house.")).to_be_visible()
    await expect(window.page.get_by_role("button", name="Become a member")).to_have_count(0)
    await windows.look(window, "memberships-had")


async def _changes(club: CardClub, windows: Windows) -> None:
    await club.go(day("2026-02-14"))
    window = await as_(windows, "ada", "/account/memberships")
    page = window.page
    await windows.look(window, "memberships-active")
    await page.get_by_role("link", name="Change the plan").click()
    await windows.look(window, "membership-plans")
    await page.get_by_role("button", name="See what Patrons costs: €27.00 a month").click()
    await windows.look(window, "membership-preview")
    await page.get_by_role("button", name="Change it").click()
    await expect(page.get_by_text("It is changed.")).to_be_visible()
    for act, words in (("Pause", "Paused"), ("Go on", "Active")):
        await page.get_by_role("button", name=act).click()
        await expect(page.locator(".badge", has_text=words)).to_be_visible()
    await page.get_by_role("button", name="Change the card").click()
    await page.get_by_label("Card number").fill(ATTACHES_ONLY)
    await page.get_by_role("button", name="Keep this card").click()
    await expect(page.get_by_role("heading", name="Welcome, you are a member")).to_be_visible()


async def _does_not_pay(club: CardClub, windows: Windows) -> None:
    await club.go(day("2026-03-01"))
    window = await as_(windows, "ada", "/account/memberships")
    await expect(window.page.get_by_text("The renewal was not paid yet.")).to_be_visible()
    (one,) = await club.all()
    await window.page.goto(f"{HOUSE}/account/memberships/{one.id}/change")
    await windows.look(window, "membership-plans-none")
    await window.page.goto(f"{HOUSE}/account/memberships")
    await windows.look(window, "memberships-past-due")
    await club.go(day("2026-03-15"))
    await window.page.reload()
    await expect(window.page.get_by_text("Nothing is open to you until it is.")).to_be_visible()
    await windows.look(window, "memberships-suspended")
    await window.page.get_by_role("button", name="Pay now").click()
    await window.page.get_by_label("Card number").fill(SUCCESS)
    await window.page.get_by_role("button", name="Pay").click()
    await expect(window.page.get_by_text("paid")).to_be_visible()
    (one,) = await club.all()
    await window.page.goto(f"{HOUSE}/account/memberships/{one.id}/back")
    await expect(window.page.locator(".badge", has_text="Active")).to_be_visible()


async def _is_looked_after(club: CardClub, windows: Windows) -> None:
    window = await as_(windows, "owner", f"/studio/memberships?org={ORG}")
    page = window.page
    await windows.look(window, "memberships-studio")
    await _is_chosen(club, windows)
    await page.get_by_role("link", name="Members", exact=True).click()
    await windows.look(window, "members")
    await page.get_by_role("link", name="Ada Lovelace").click()
    await page.get_by_label("Amount").first.fill("5")
    await page.get_by_role("button", name="Give back").first.click()
    await expect(page.get_by_text("given back", exact=True)).to_be_visible()
    await windows.look(window, "member")
    (one,) = await club.all()
    assert one.state is State.ACTIVE
    assert await club.balance("clearing:stripe") == club.standin.money.balance("eur")


async def _is_chosen(club: CardClub, windows: Windows) -> None:
    window = await as_(windows, "owner", f"/studio/memberships?org={ORG}")
    page = window.page
    await page.get_by_role("link", name="Choose what Friends opens").click()
    await windows.look(window, "membership-opens")
    await page.get_by_label("Search the organization's videos and programmes").fill("nick")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Add The Life and Adventures").click()
    await expect(page.get_by_text("It is opened to members.")).to_be_visible()
    await page.get_by_role("button", name="Take The Seagull out").click()
    await expect(page.get_by_text("It is not opened by this any more.")).to_be_visible()
    await windows.look(window, "membership-opens-chosen")
    assert [one for one in window.complaints if "Cross-Origin-Opener-Policy" not in one] == []
