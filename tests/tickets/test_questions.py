"""What is asked about tickets and orders, what may be answered, until when, and for whose eyes."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given as suppose
from hypothesis import strategies as st

from novacast.clock import HOUR
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import Basket
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.questions.models import Given, Kind, Question, QuestionChanges, Scope, checked
from tests.tickets.box import ADA, ADA_AS_BUYER, GUEST, OUTSIDER, OWNER, SELLER, Box


@dataclass(frozen=True, slots=True)
class Subject:
    person_id: str


PLAIN = QuestionChanges("Which dish?", Kind.CHOICE, options=("Soup", "Bread"), required=True)


async def ask(box: Box, changes: QuestionChanges = PLAIN, **values: Any) -> Question:
    return await box.own.questions.add(OWNER, box.night.event_id, replace(changes, **values))


async def order(box: Box, basket: Basket, *answers: Given, who: Any = GUEST) -> Receipt:
    return await box.own.orders.place(who, box.token(basket), ADA_AS_BUYER, Method.TRANSFER, answers=answers)


async def test_what_is_required_is_asked_of_each_ticket_before_there_is_an_order(box: Box) -> None:
    dish = await ask(box)
    basket = await box.standing(2)
    one, two = (line.claim.id for line in basket.lines)
    with pytest.raises(InvalidInput) as refused:
        await order(box, basket, Given(dish.id, one, "Soup"))
    assert [error.field for error in refused.value.errors] == [f"answers.{two}.{dish.id}"]
    receipt = await order(box, basket, Given(dish.id, one, "Soup"), Given(dish.id, two, "Bread"))
    told = await box.own.questions.of_known(SELLER, box.night.org_id, receipt.order.id)
    assert {(answer.unit, answer.value) for _, answer in told} == {(one, "Soup"), (two, "Bread")}
    await box.clean()


async def test_a_question_is_asked_of_its_kinds_of_tickets_alone(box: Box) -> None:
    await ask(box, items=(box.seats.id,))
    await order(box, await box.standing())
    with pytest.raises(InvalidInput):
        await order(box, await box.seated("Stalls/A/1"))


async def test_what_an_answer_makes_superfluous_is_not_asked_and_not_kept(box: Box) -> None:
    eats = await ask(box, QuestionChanges("Do you eat?", Kind.YES_NO, required=True))
    dish = await ask(box, depends_on=eats.id, depends_value=True)
    more = await ask(
        box, QuestionChanges("Which soup?", Kind.TEXT, required=True), depends_on=dish.id, depends_value="Soup"
    )
    basket = await box.standing()
    (unit,) = (line.claim.id for line in basket.lines)
    for given in ((eats.id, True),), ((eats.id, True), (dish.id, "Soup")):
        with pytest.raises(InvalidInput):
            await order(box, basket, *(Given(id_, unit, value) for id_, value in given))
    receipt = await order(box, basket, Given(eats.id, unit, False), Given(more.id, unit, "Leek"))
    told = await box.own.questions.of_known(OWNER, box.night.org_id, receipt.order.id)
    assert [answer.value for _, answer in told] == [False]


async def test_what_is_asked_once_decides_on_what_is_asked_of_each(box: Box) -> None:
    school = await ask(box, QuestionChanges("A school?", Kind.YES_NO, Scope.ORDER))
    name = await ask(box, QuestionChanges("Pupil", Kind.TEXT, required=True), depends_on=school.id, depends_value=True)
    basket = await box.standing()
    with pytest.raises(InvalidInput, match="Pupil"):
        await order(box, basket, Given(school.id, None, True))
    await order(box, basket, Given(school.id, None, True), Given(name.id, basket.lines[0].claim.id, "Émile 🎭"))


async def test_answers_are_changed_until_their_hour_and_not_later(box: Box) -> None:
    dish = await ask(box, until_minutes=60)
    late = await ask(box, QuestionChanges("Shirt", Kind.NUMBER))
    basket = await box.standing()
    unit = basket.lines[0].claim.id
    receipt = await order(box, basket, Given(dish.id, unit, "Soup"))
    token = box.own.orders.token(receipt.order.id)
    await box.own.orders.mark_paid(SELLER, box.night.org_id, receipt.order.id, None)
    await box.own.questions.change(token, [Given(dish.id, unit, "Bread"), Given(late.id, unit, 4.5)])
    assert {one.value for one in (await box.own.questions.of_order(token)).answers} == {"Bread", 4.5}
    with pytest.raises(InvalidInput):
        await box.own.questions.change(token, [Given(late.id, unit, 4)])
    box.clock.set_now(box.night.starts_at - HOUR)
    with pytest.raises(Conflict, match="too late"):
        await box.own.questions.change(token, [Given(dish.id, unit, "Soup")])
    await box.own.questions.change(token, [Given(late.id, unit, 5)])
    told = await box.own.questions.of_order(token)
    assert ({one.value for one in told.answers}, told.open) == ({"Bread", 5}, {late.id})
    box.clock.set_now(box.night.starts_at)
    with pytest.raises(Conflict):
        await box.own.questions.change(token, [Given(late.id, unit, 6)])


async def test_what_is_asked_no_more_keeps_its_answers(box: Box) -> None:
    dish = await ask(box)
    basket = await box.standing()
    await order(box, basket, Given(dish.id, basket.lines[0].claim.id, "Soup"))
    await box.own.questions.archive(OWNER, box.night.event_id, dish.id)
    await order(box, await box.standing())
    questions, page = await box.own.questions.of_performance(SELLER, box.night.id, None, 10)
    assert [one.id for one in questions] == [dish.id]
    assert [[one.value for one in order.answers] for order in page.items] == [["Soup"]]
    with pytest.raises((NotFound, Forbidden)):
        await box.own.questions.of_performance(OUTSIDER, box.night.id, None, 10)


async def test_answers_are_listed_order_by_order(box: Box) -> None:
    dish = await ask(box)
    for _ in range(3):
        basket = await box.standing()
        await order(box, basket, Given(dish.id, basket.lines[0].claim.id, "Soup"))
    first = (await box.own.questions.of_performance(OWNER, box.night.id, None, 2))[1]
    rest = (await box.own.questions.of_performance(OWNER, box.night.id, first.next, 2))[1]
    assert (len(first.items), len(rest.items), rest.next) == (2, 1, None)
    assert len({one.code for one in [*first.items, *rest.items]}) == 3


async def test_answers_go_out_and_away_with_what_is_held_about_a_person(box: Box) -> None:
    dish = await ask(box)
    basket = await box.standing(who=ADA)
    receipt = await order(box, basket, Given(dish.id, basket.lines[0].claim.id, "Soup"), who=ADA)
    told = await box.own.personal.export(Subject("ada"))
    assert told["answers"] == [{"order": receipt.order.code, "question": "Which dish?", "answer": "Soup"}]
    await box.db.write(lambda tx: box.own.personal.erase(tx, Subject("ada")))
    assert await box.own.questions.of_known(OWNER, box.night.org_id, receipt.order.id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": " "},
        {"options": ()},
        {"options": ("Soup", " ")},
        {"items": ("nothing",)},
        {"depends_on": "nothing", "depends_value": True},
        {"depends_on": "nothing"},
        {"depends_value": True},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(box: Box, wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        await ask(box, **wrong)


async def test_questions_depend_on_answers_that_there_can_be_and_not_in_a_ring(box: Box) -> None:
    first = await ask(box)
    second = await ask(box, depends_on=first.id, depends_value="Soup")
    change = box.own.questions.edit
    with pytest.raises(InvalidInput, match="ring"):
        await change(OWNER, box.night.event_id, first.id, replace(PLAIN, depends_on=second.id, depends_value="Soup"))
    with pytest.raises(InvalidInput, match="Choose one"):
        await ask(box, depends_on=first.id, depends_value="Fish")
    with pytest.raises(InvalidInput, match="asked once"):
        await ask(box, scope=Scope.ORDER, depends_on=first.id, depends_value="Soup")
    await box.own.questions.archive(OWNER, box.night.event_id, first.id)
    assert await box.own.questions.of_event(OWNER, box.night.event_id) == []


async def test_a_stranger_answers_nothing_and_an_answer_to_nothing_is_refused(box: Box) -> None:
    basket = await box.standing()
    with pytest.raises(InvalidInput, match="nobody asks"):
        await order(box, basket, Given("nothing", None, "x"))
    dish = await ask(box, required=False)
    with pytest.raises(InvalidInput, match="nobody asks"):
        await order(box, basket, Given(dish.id, "somebody else's", "Soup"))
    with pytest.raises(Forbidden):
        await box.own.questions.add(SELLER, box.night.event_id, PLAIN)


def question(kind: Kind, **values: Any) -> Question:
    changes = QuestionChanges("?", kind, options=("a", "b"), **values)
    return changes.made("q", "org1", "e")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.TEXT, ["x", " x\u202e ", "x" * 2000], [5, True, "x" * 2001, ["x"]]),
        (Kind.CHOICE, ["a"], ["c", 1, ["a"]]),
        (Kind.SEVERAL, [["b", "a"], ["a", "a"]], ["a", ["c"], [1]]),
        (Kind.YES_NO, [True, False], ["yes", 1]),
        (Kind.DATE, ["2028-02-29"], ["2027-02-29", "20270101", 5, "2027-1-1"]),
        (Kind.NUMBER, [0, -1.5, 10**12], [True, "5", float("nan"), float("inf"), 10**13]),
    ],
)
def test_an_answer_is_what_its_question_takes(kind: Kind, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert question(kind).read(value) is not None
    for value in bad:
        with pytest.raises(ValueError, match=r"."):
            question(kind).read(value)
    assert question(kind).read("") is question(kind).read(None) is None


@suppose(st.dictionaries(st.sampled_from("pqr"), st.none() | st.booleans() | st.text() | st.integers()))
def test_whatever_is_answered_is_kept_whole_or_refused(values: dict[str, Any]) -> None:
    asked = [
        question(Kind.YES_NO),
        replace(question(Kind.TEXT), id="p", required=True, depends_on="q", depends_value=True),
        replace(question(Kind.NUMBER), id="r"),
    ]
    try:
        found = checked(asked, {"u": "i"}, [Given(id_, "u", value) for id_, value in values.items()], public=True)
    except InvalidInput:
        return
    kept = {one.question_id: one.value for one in found}
    assert ("p" in kept) == (kept.get("q") is True)


async def test_an_item_of_another_event_has_no_question_here(box: Box) -> None:
    item = await box.own.performances.add_item(OWNER, box.night.id, NewItem("Drink", ItemKind.ADD_ON), [box.quota.id])
    assert (await ask(box, items=(item.id,))).items == (item.id,)
