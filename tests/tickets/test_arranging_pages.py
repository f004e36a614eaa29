"""What is arranged around an event, with nothing but forms: account and returns, codes, questions, recurrences, who
waits, lists of the door."""

import json
from collections.abc import AsyncIterator

import pytest

from novacast.tickets.cancelling.models import BankAccount, Policy
from novacast.tickets.door.models import Rules
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, WaitingState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.questions.models import Given, Kind, QuestionChanges, Scope
from novacast.tickets.waiting.service import Wanting
from tests.tickets.box import ADA, ADA_AS_BUYER, GUEST, ORG, OWNER, SELLER, Box, seat
from tests.tickets.office import working
from tests.tickets.serving import Served
from tests.tickets.test_office_pages import EVENING, STUDIO, get, send, sent

NOBODY = buyer_of("", "", "en", needed=False)
IBAN = "DE02 1203 0000 0000 2020 51"


@pytest.fixture
async def office(box: Box) -> AsyncIterator[Served]:
    async with working(box) as opened:
        yield opened


@pytest.fixture
def event(box: Box) -> str:
    return f"{STUDIO}/events/{box.night.event_id}"


async def test_without_an_account_nobody_is_offered_a_transfer(office: Served) -> None:
    box = office.box
    basket = f"/basket/{box.token(await box.standing())}"
    assert 'value="transfer"' not in await get(office, basket, "ada")
    assert "No bank account yet" in await get(office, f"{STUDIO}?org={ORG}")
    place = f"{STUDIO}/account"
    _, wrong = await send(office, place, status=422, org=ORG, holder="The Lantern", iban="DE02 1203 0000 0000 2020 52")
    assert "This is no IBAN." in wrong
    assert 'value="The Lantern"' in wrong
    _, page = await send(office, place, org=ORG, holder="The Lantern", iban=IBAN)
    assert f'value="{IBAN}"' in page
    assert "No bank account yet" not in await get(office, f"{STUDIO}?org={ORG}")
    assert 'value="transfer"' in await get(office, basket, "ada")


async def test_what_can_not_be_given_back_is_not_offered_to_be(office: Served, event: str) -> None:
    box = office.box
    bought = await box.bought(await box.standing())
    order = f"/order/{box.own.orders.token(bought.order.id)}"
    assert "Give tickets back" not in await get(office, order, "ada")
    _, wrong = await send(office, f"{event}/returns", status=422, returns="rules", hours="x", fee="2,50")
    assert 'value="2,50"' in wrong
    _, page = await send(office, f"{event}/returns", returns="rules", hours="2", share="10", fee="2,50")
    assert 'value="2.50"' in page
    assert await box.own.cancelling.policy(box.night.event_id) == Policy(2, 1000, 250, returns_fees=False)
    assert "Give tickets back" in await get(office, order, "ada")
    await send(office, f"{event}/returns", returns="none")
    assert await box.own.cancelling.policy(box.night.event_id) is None


async def test_codes_are_made_one_or_many_and_switched_off(office: Served, event: str) -> None:
    box = office.box
    assert "No codes yet" in await get(office, f"{event}/codes")
    fields = {"code": "SPRING", "percent": "25", "capacity": "40", "kind": box.room.name, "note": "the paper"}
    _, wrong = await send(office, f"{event}/codes/new", status=422, **fields, amount="2")
    assert "not both" in wrong
    assert 'value="the paper"' in wrong
    _, page = await send(office, f"{event}/codes/new", **fields)
    assert "The code SPRING is made." in page
    assert "25% off" in page
    assert "0 of 40" in page
    codes = await box.own.codes.of_event(OWNER, box.night.event_id, None, 10)
    assert codes.items[0].items == (box.room.id,)
    _, again = await send(office, f"{event}/codes/new", status=422, code="spring")
    assert "has the code spring already" in again
    place = f"{event}/codes/{codes.items[0].id}"
    assert 'value="25"' in await get(office, place)
    await send(office, place, percent="30", capacity="40")
    _, off = await send(office, f"{place}/switch")
    assert "Switched off" in off
    code = (await box.own.codes.of_event(OWNER, box.night.event_id, None, 10)).items[0]
    assert (code.percent_bp, code.items, code.active) == (3000, (), False)
    _, many = await send(office, f"{event}/codes/new", count="30", opens_early="true")
    assert "30 codes are made." in many
    file = await get(office, f"/api/v1/events/{box.night.event_id}/exports/codes?format=csv")
    assert len(file.splitlines()) == 32
    await get(office, f"{event}/codes", who="seller", status=403)


async def test_questions_are_asked_put_in_order_and_their_answers_taken_along(office: Served, event: str) -> None:
    box = office.box
    place = f"{event}/questions"
    assert "Nothing is asked yet" in await get(office, place)
    _, wrong = await send(office, f"{place}/new", status=422, label="Dish?", kind="choice")
    assert "Say what there is to choose from." in wrong
    assert 'value="Dish?"' in wrong
    await send(office, f"{place}/new", label="Dish?", kind="choice", options="Soup\nBread", required="true")
    dish = (await box.own.questions.of_event(OWNER, box.night.event_id))[0]
    waits = f'{dish.id} "Soup"'
    await send(office, f"{place}/new", label="Hot?", kind="yes_no", depends=waits, until="3")
    await send(office, f"{place}/new", label="From where?", kind="text", scope="order")
    first, hot, last = await box.own.questions.of_event(OWNER, box.night.event_id)
    assert (hot.depends_on, hot.depends_value, hot.until_minutes) == (dish.id, "Soup", 180)
    assert (first.required, last.scope) == (True, Scope.ORDER)
    page, _ = await send(office, f"{place}/{last.id}/move", way="up")
    assert page == place
    order = [one.label for one in await box.own.questions.of_event(OWNER, box.night.event_id)]
    assert order == ["Dish?", "From where?", "Hot?"]
    listed = await get(office, place)
    assert "only where “Dish?” is “Soup”" in listed
    assert "built-in" not in listed
    assert "Only where “Dish?” is “Soup”" in await get(office, f"{place}/{hot.id}")
    basket = await box.standing()
    unit = basket.lines[0].claim.id
    given = [Given(dish.id, unit, "Soup"), Given(hot.id, unit, True), Given(last.id, None, "=cmd()")]
    token, method = box.token(basket), Method.SANDBOX
    placed = await box.own.orders.place(GUEST, token, ADA_AS_BUYER, method, answers=given)
    answers = await get(office, f"{STUDIO}/performances/{box.night.id}/answers")
    assert all(one in answers for one in (placed.order.code, "Soup", "Yes", "=cmd()"))
    file = f"/api/v1/performances/{box.night.id}/exports/answers"
    assert "'=cmd()" in await get(office, f"{file}?format=csv")
    assert json.loads(await get(office, f"{file}?format=json"))[0]["Dish?"] == "Soup"
    assert "From where?" in await get(office, f"{STUDIO}/performances/{box.night.id}/answers", who="seller")
    await send(office, f"{place}/{dish.id}/remove")
    left = [one.label for one in await box.own.questions.of_event(OWNER, box.night.event_id)]
    assert left == ["From where?"]


async def test_a_dependency_that_is_set_elsewhere_outlives_the_form(office: Served, event: str) -> None:
    box = office.box
    number = await box.own.questions.add(OWNER, box.night.event_id, QuestionChanges("How many?", Kind.NUMBER))
    changes = QuestionChanges("Why?", Kind.TEXT, depends_on=number.id, depends_value=3, until_minutes=90, position=1)
    why = await box.own.questions.add(OWNER, box.night.event_id, changes)
    page = await get(office, f"{event}/questions/{why.id}")
    assert "Only where “How many?” is “3”" in page
    await send(office, f"{event}/questions/{why.id}", label="Why so?", depends=f"{number.id} 3", until="2")
    after = (await box.own.questions.of_event(OWNER, box.night.event_id))[1]
    assert (after.label, after.depends_value, after.until_minutes) == ("Why so?", 3, 90)


async def test_dates_are_seen_before_they_are_made_and_single_ones_left_out(office: Served, event: str) -> None:
    box = office.box
    place = f"{event}/recurrences"
    rule = {"performance": box.night.id, "starts": "2031-05-02T20:00", "count": "3"}
    _, wrong = await send(office, place, status=422, **rule | {"count": "0"})
    assert 'value="2031-05-02T20:00"' in wrong
    _, plan = await send(office, place, **rule)
    assert plan.count('name="keep"') == 3
    shown = [f"2031-05-{day:02}T20:00" for day in (2, 9, 16)]
    fields = [*rule.items(), *(("planned", one) for one in shown), ("keep", shown[0]), ("keep", shown[2])]
    _, stale = await sent(office, place, [*fields, ("do", "make"), ("interval", "2")])
    assert stale.count('name="keep"') == 3  # other dates than were shown: they are shown first
    there, page = await sent(office, place, [*fields, ("do", "make")])
    assert there == event
    assert "2 performances are made, as drafts." in page
    found = await box.own.events.show(OWNER, box.night.event_id)
    assert len(found.performances) == 3
    _, again = await send(office, place, **rule)
    assert again.count("There already") == 2
    _, strange = await send(office, place, status=422, **rule, rule="FREQ=SECONDLY;COUNT=3")
    assert "This is no rule of recurrence" in strange


async def test_the_house_sees_who_waits(office: Served) -> None:
    box = office.box
    place = f"{STUDIO}/performances/{box.night.id}/waiting"
    assert "Nobody waits" in await get(office, place)
    await box.sold(5)
    waiter = await box.own.waiting.join(ADA, box.night.id, Wanting(box.room.id, 2, fewer=True))
    assert waiter.state is WaitingState.WAITING
    page = await get(office, place, who="seller")
    assert f"{box.room.name}: 1 waits for 2 tickets" in page
    assert "or fewer" in page


async def test_a_new_list_takes_nobody_with_a_pass_for_the_stream_and_can_be_changed(office: Served) -> None:
    box = office.box
    door = f"{STUDIO}/performances/{box.night.id}/door"
    stream = NewItem("Stream", ItemKind.ONLINE, opens_live=True)
    online = await box.own.performances.add_item(OWNER, box.night.id, stream, [])
    page = await get(office, door)
    assert f'value="{box.room.id}" checked' in page
    assert f'value="{online.id}" checked' not in page
    made = await box.own.door.lists.create(OWNER, box.night.id, Rules("Main", (box.seats.id,)))
    assert f"let in nowhere: {box.room.name}." in await get(office, door)
    place = f"{door}/lists/{made.id}"
    assert 'value="Main"' in await get(office, place)
    await get(office, place, who="seller", status=403)
    _, wrong = await send(office, place, status=422, name="", gates="North")
    assert ">\nNorth</textarea>" in wrong
    _, page = await sent(
        office, place, [("name", "All doors"), ("item", box.seats.id), ("item", box.room.id), ("gates", "North\nSouth")]
    )
    assert "It holds for the next scan." in page
    assert "let in nowhere" not in page
    rules = (await box.own.door.lists.show(OWNER, made.id)).rules
    assert (rules.name, set(rules.items), rules.gates) == (
        "All doors",
        {box.seats.id, box.room.id},
        ("North", "South"),
    )


async def test_an_account_is_there_for_those_who_arrange_alone(office: Served) -> None:
    await get(office, f"{STUDIO}/account?org={ORG}", who="seller", status=403)
    await office.box.own.cancelling.set_account(OWNER, ORG, BankAccount("The Lantern", IBAN, "", ""))
    assert "Bank account" not in await get(office, f"{STUDIO}?org={ORG}", who="seller")


async def test_a_ticket_gets_another_seat_from_the_list(office: Served) -> None:
    box = office.box
    sold = await box.own.orders.sell(
        SELLER, box.night.id, [Wish(box.seats.id, seats=(seat("A", 3),))], NOBODY, Method.CASH
    )
    ticket = sold.tickets[0].id
    order = f"{STUDIO}/orders/{sold.order.id}"
    assert f"{order}/tickets/{ticket}/move" in await get(office, order, who="seller")
    place = f"{order}/tickets/{ticket}/move"
    page = await get(office, place, who="seller")
    assert f'value="{seat("B", 7)}"' in page
    assert f'value="{seat("A", 3)}"' not in page
    _, none = await send(office, place, who="seller", status=422)
    assert "Choose a seat." in none
    _, moved = await send(office, place, who="seller", place=seat("B", 7))
    assert "The ticket has another seat." in moved
    after = await box.own.orders.known(SELLER, ORG, sold.order.id)
    valid = next(one for one in after.tickets if one.state == "valid")
    taken = {one.claim.seat_id for one in after.lines if one.claim.state == "sold"}
    assert (taken, valid.id != ticket) == ({seat("B", 7)}, True)
    await get(office, place, who="door", status=403)


async def test_the_counter_sells_the_seats_that_were_chosen(office: Served) -> None:
    box = office.box
    place = f"{STUDIO}/performances/{box.night.id}/sell"
    fields = [("item", box.seats.id), ("quantity", "0"), ("category", ""), ("amount", ""), ("method", "cash")]
    chosen = [("seat", f"{box.seats.id} {seat('A', number)}") for number in (4, 5)]
    _, sold = await sent(office, place, [*fields, *chosen], who="seller")
    assert "Stalls A 4" in sold
    _, taken = await sent(office, place, [*fields, *chosen], who="seller", status=422)
    assert f"{box.seats.id} {seat('A', 4)}" in taken.replace("&#34;", '"')
    counter = await office.ask("GET", f"/performances/{box.night.id}/seats/states?counter=true", who="seller")
    assert counter.json["most"] == 100
    assert (await office.ask("GET", f"/performances/{box.night.id}/seats/states?counter=true")).status == 404


async def test_an_order_says_which_code_it_was_bought_with(office: Served, event: str) -> None:
    box = office.box
    await send(office, f"{event}/codes/new", code="SPRING", percent="10")
    basket = await box.own.holds.take(GUEST, box.night.id, [Wish(box.room.id, 1)], code="SPRING")
    placed = await box.order(basket)
    assert "SPRING" in await get(office, f"{STUDIO}/orders/{placed.order.id}")
    assert "With the code SPRING" in await get(office, f"/order/{box.own.orders.token(placed.order.id)}", "ada")


async def test_an_empty_price_gives_no_pass_away(office: Served) -> None:
    evening = {**EVENING, "replay": "true", "online": "true", "online_price": "0"}
    _, page = await send(office, f"{STUDIO}/new", status=422, **evening)
    assert "Write its price; 0 makes it free." in page
    place, _ = await send(office, f"{STUDIO}/new", **evening, replay_price="0")
    assert place.startswith(f"{STUDIO}/events/")
    night = f"{STUDIO}/performances/{office.box.night.id}"
    rows = {"kind": "replay", "name": "Replay", "replay_until": "2031-01-01T20:00"}
    fields = [*rows.items(), *[(f"price_{name}", "") for name in ("category", "amount", "from", "until")]]
    _, kind = await sent(office, f"{night}/kinds/new", fields, status=422)
    assert "Write its price; 0 makes it free." in kind
