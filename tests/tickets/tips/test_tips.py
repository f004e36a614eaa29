"""Tips in real rooms: paid by orders, shown once the money is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from novacast import outbox
from novacast.accounts.ports import Subject
from novacast.chat import store as chat
from novacast.chat.models import Message, State
from novacast.chat.services import ChatServices, chat_services
from novacast.database import Query
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.money import Disputed
from novacast.payments.ledger import store as ledger
from novacast.settings import Settings
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.tips.models import TipRules, TipsOff
from novacast.tickets.tips.service import MOST_AN_HOUR, Tips
from novacast.tickets.tips.services import tip_services
from tests.chat.world import FakePlace, FakePlaces, FakeStandings, People, Tokens
from tests.tickets.box import ADA, ADA_AS_BUYER, GUEST, KEY, ORG, OWNER, PRODUCER, SELLER, Box
from tests.tickets.rentals.shop import PERSON, run

ROOM = "video1"
RULES = TipRules(True, "EUR", 100, 20_000, (200, 500), 2000)


@dataclass
class Stage:
    box: Box
    tips: Tips
    chat: ChatServices
    places: FakePlaces

    async def give(self, amount: int = 500, words: str = "Bravo", who: Principal = ADA, key: str = "") -> Receipt:
        return await self.tips.give(who, ROOM, amount, words, ADA_AS_BUYER, Method.SANDBOX, at=3_000_000, key=key)

    async def hear(self) -> None:
        """All facts, once more."""
        for fact in await self.box.db.all(outbox.after(0, 10_000)):
            await self.tips.hear(fact)

    async def given(self, amount: int = 500, words: str = "Bravo") -> Receipt:
        receipt = await self.box.decide(await self.give(amount, words))
        await self.hear()
        return receipt

    async def said(self) -> list[Message]:
        return await self.box.db.all(chat.changed_since(ROOM, 0, 100))


@pytest.fixture
async def stage(box: Box, folder: DataFolder) -> AsyncIterator[Stage]:
    await box.db.write(lambda tx: run(PERSON.format(name="ada"), tx))
    places = FakePlaces({ROOM: FakePlace(ROOM, ORG, "The Seagull", "video")})
    rooms = chat_services(
        box.db,
        box.clock,
        Settings(data=folder.root),
        RateLimiter(box.clock),
        [places],
        People(),
        key=KEY,
        standings=FakeStandings(Tokens(box.clock), 1),
    )
    tips = tip_services(box.db, box.own, rooms.gifts, Languages())
    await tips.decide(OWNER, ORG, RULES)
    try:
        yield Stage(box, tips, rooms, places)
        await box.clean()
    finally:
        await rooms.close()


async def test_it_is_shown_once_it_is_paid_with_its_amount_at_its_moment(stage: Stage) -> None:
    receipt = await stage.give()
    await stage.hear()
    assert await stage.said() == []
    await stage.box.decide(receipt)
    for _ in range(2):
        await stage.hear()
    (message,) = await stage.said()
    assert (message.text, message.name, message.at) == ("Bravo", "ada", 3_000_000)
    assert [(one.kind, one.label) for one in message.badges] == [("gift", "€5.00")]
    assert [one.payload for one in await stage.box.facts("tip.given")] == [{"amount": 500, "currency": "EUR"}]
    assert await stage.box.db.all(chat.replayed(ROOM, (0, -1), 10_000_000, 10)) == [message]


async def test_without_words_there_is_a_heart(stage: Stage) -> None:
    await stage.given(words=" ")
    assert [one.text for one in await stage.said()] == ["♥"]


async def test_what_is_given_back_stands_out_no_more(stage: Stage) -> None:
    receipt = await stage.given()
    await stage.box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    for _ in range(2):
        await stage.hear()
    (message,) = await stage.said()
    assert (message.text, message.badges, message.state) == ("Bravo", (), State.SHOWN)
    await stage.box.own.refunds.sweep()
    balances = {one.account: one.amount for one in await stage.box.db.all(ledger.balances(ORG, test=True))}
    assert not any(balances.values()), balances


async def test_moderators_hide_it_as_any_message(stage: Stage) -> None:
    await stage.given()
    (message,) = await stage.said()
    owner = await stage.chat.entrance.enter(OWNER, ROOM)
    await stage.chat.messages.delete(owner, message.id)
    await stage.hear()
    assert [one.state for one in await stage.said()] == [State.DELETED]


async def test_a_form_that_is_sent_twice_is_one_tip(stage: Stage) -> None:
    first, second = await stage.give(key="k"), await stage.give(key="k")
    assert first.order.id == second.order.id
    assert (await stage.give(key="other")).order.id != first.order.id


async def test_money_that_comes_late_goes_back_and_nothing_is_shown(stage: Stage) -> None:
    receipt = await stage.give()
    own = stage.box.own
    await own.closing.close(receipt.order.id)
    assert (await own.orders.known(SELLER, ORG, receipt.order.id)).order.state is OrderState.EXPIRED
    key = receipt.attempts[-1].key
    await stage.box.db.write(lambda tx: tx.run("UPDATE sandbox_payments SET state = 'paid' WHERE key = ?", (key,)))
    await own.news.attempt("sandbox", key)
    assert (await own.orders.known(SELLER, ORG, receipt.order.id)).order.state is OrderState.PAID_UNFULFILLABLE
    own.late.stands = lambda tx, order, before: False
    await own.late.sweep()
    assert [one.amount for one in await own.refunds.of_order(receipt.order.id)] == [500]
    await stage.hear()
    assert await stage.said() == []


async def test_only_what_the_house_takes_is_given(stage: Stage) -> None:
    for amount in (99, 20_001):
        with pytest.raises(InvalidInput):
            await stage.give(amount)
    with pytest.raises(InvalidInput):
        await stage.give(words="a" * 201)
    with pytest.raises(Unauthenticated):
        await stage.give(who=GUEST)
    with pytest.raises(Conflict):
        await stage.tips.give(ADA, ROOM, 500, "", ADA_AS_BUYER, Method.TRANSFER)
    with pytest.raises(NotFound):
        await stage.tips.give(ADA, "nowhere", 500, "", ADA_AS_BUYER, Method.SANDBOX)
    for _ in range(MOST_AN_HOUR):
        await stage.give()
    with pytest.raises(Conflict, match="within an hour"):
        await stage.give()


async def test_who_is_silenced_gives_nothing_that_would_be_shown(stage: Stage) -> None:
    stage.places.places[ROOM] = replace(stage.places.places[ROOM], open=False)
    with pytest.raises(Forbidden):
        await stage.give()


async def test_a_tip_whose_room_is_gone_stays_in_the_books(stage: Stage) -> None:
    receipt = await stage.give()
    del stage.places.places[ROOM]
    await stage.box.decide(receipt)
    await stage.hear()
    assert await stage.said() == []
    assert (await stage.tips.of_order(receipt.order.id)).said is False


async def test_the_house_switches_tips_on_and_off(stage: Stage) -> None:
    for who in (PRODUCER, SELLER):
        with pytest.raises(Forbidden):
            await stage.tips.decide(who, ORG, RULES)
    for wrong in (replace(RULES, least=0), replace(RULES, suggestions=(1,)), replace(RULES, currency="XXQ")):
        with pytest.raises(InvalidInput):
            await stage.tips.decide(OWNER, ORG, wrong)
    await stage.tips.decide(OWNER, ORG, replace(RULES, enabled=False))
    with pytest.raises(TipsOff):
        await stage.give()


async def test_they_are_exported_and_forgotten_with_their_giver(stage: Stage) -> None:
    await stage.given()
    ada = Subject("ada", "ada@example.org")
    exported = (await stage.box.own.personal.export(ada))["tips"]
    assert [(one["words"], one["amount"]) for one in exported] == [("Bravo", 500)]
    await stage.box.db.write(lambda tx: stage.box.own.personal.erase(tx, ada))
    kept = await stage.box.db.all(Query("SELECT name, words, amount FROM tips", (), tuple))
    assert kept == [("", "", 500)]


async def test_what_they_earned_is_in_the_ledger_and_the_reports(stage: Stage) -> None:
    await stage.given()
    await stage.box.own.accounting.sweep()
    balances = {
        one.account: one.amount for one in await stage.box.db.all(ledger.balances(ORG, test=True)) if one.amount
    }
    assert balances == {"clearing:sandbox": 500, "revenue:2000": -417, "tax:2000": -83}


async def test_a_tip_of_which_something_was_given_back_shows_its_amount_no_more(stage: Stage) -> None:
    receipt = await stage.given(500)
    (before,) = await stage.said()
    heard = len(await stage.box.db.all(outbox.after(0, 10_000)))
    await stage.box.own.refunds.grant(SELLER, ORG, receipt.order.id, 500, "by mistake")
    for fact in (await stage.box.db.all(outbox.after(0, 10_000)))[heard:]:
        await stage.tips.hear(fact)
    (after,) = await stage.said()
    assert before.badges
    assert not after.badges


@pytest.mark.parametrize("ends", [["won"], ["lost"], ["lost", "won"]])
async def test_a_tip_that_a_bank_takes_back_stands_out_again_once_that_is_won(stage: Stage, ends: list[str]) -> None:
    receipt = await stage.given()
    (before,) = await stage.said()
    attempt = receipt.attempts[-1]
    assert before.badges

    async def told(state: str) -> tuple[int, bool]:
        for _ in range(2):
            said = Disputed(attempt.key, attempt.reference or "", "du_1", state, 500, "EUR", "fraudulent")  # type: ignore[arg-type]  # one of three
            await stage.box.own.disputes.heard("sandbox", said)
            await stage.hear()
        (message,) = await stage.said()
        tip = await stage.tips.of_order(receipt.order.id)
        assert (message.badges == before.badges) is tip.shown
        assert message.text == "Bravo"
        return len(message.badges), tip.shown

    assert await told("open") == (0, False)
    for end in ends:
        assert await told(end) == ((1, True) if end == "won" else (0, False))
    assert len(await stage.box.facts("tip.given")) == 1
