"""What an import made is taken back, and what somebody has touched since stays and is named."""

import pytest

from novacast.database import Query
from novacast.errors import Conflict, Forbidden
from novacast.identity import SYSTEM, Principal
from novacast.importing import Kind
from novacast.operations.imports.models import Counts, Import
from novacast.operations.imports.undoing.models import Undone
from novacast.tickets.models import OrderState
from tests.operations.imports.conftest import Desk
from tests.operations.imports.test_orders import ONE, SECRETS, TWO, VENUE, pretix

PEOPLE = "email,name,role\nanna@stage.example,Anna,door\nben@stage.example,Ben,producer\n"
NOTES = Query("SELECT id FROM orders ORDER BY note", (), lambda row: str(row["id"]))


async def undo(desk: Desk, one: Import) -> tuple[Undone, list[str]]:
    undoing = desk.own.operations.undoing
    await undoing.begin(SYSTEM, one.id, here=True)
    await undoing.run(one.id)
    found = await undoing.show(SYSTEM, one.id)
    assert found is not None
    assert found.ended_at is not None
    page = await undoing.kept(SYSTEM, one.id, None, 100)
    return found, [kept.reason for kept in page.items]


async def test_an_event_that_nobody_touched_goes_with_all_that_is_of_it_and_can_come_again(desk: Desk) -> None:
    one = await desk.bring(Kind.EVENTS, pretix(), VENUE)
    undone, kept = await undo(desk, one)
    assert (undone.undone, kept) == (5, []), "the event, its performance, two kinds of tickets and a quota"
    assert [await desk.count(table) for table in ("events", "performances", "items", "quotas")] == [0, 0, 0, 0]
    again = await desk.bring(Kind.EVENTS, pretix(), VENUE)
    assert again.counts == Counts(made=1)
    await desk.clean()


async def test_an_event_that_was_changed_or_sold_stays_whole(desk: Desk) -> None:
    one = await desk.bring(Kind.EVENTS, pretix(), VENUE)
    await desk.bring(Kind.ORDERS, pretix(ONE))
    undone, kept = await undo(desk, one)
    assert undone.undone == 0
    assert kept == ["Hamlet: something here is of it."]
    assert await desk.count("items") == 2


async def test_orders_are_taken_back_as_if_they_never_came_and_their_codes_come_again(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    one = await desk.bring(Kind.ORDERS, pretix(TWO, ONE))
    undone, kept = await undo(desk, one)
    assert (undone.undone, kept) == (2, [])
    assert await desk.count("tickets", "state = 'valid'") == 0
    assert await desk.count("orders", f"state = '{OrderState.CANCELLED}'") == 2
    assert await desk.count("foreign_codes") == 0
    assert await desk.count("mail") == 0
    assert await desk.count("refunds", "state <> 'succeeded'") == 0, "nothing is to be given back by hand"
    assert await desk.count("quotas", "used <> 0") == 0
    await desk.clean()
    again = await desk.bring(Kind.ORDERS, pretix(TWO, ONE))
    assert again.counts == Counts(made=2)
    assert await desk.count("foreign_codes") == len(SECRETS)
    await desk.clean()


async def test_an_order_that_was_touched_stays_and_is_named(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    one = await desk.bring(Kind.ORDERS, pretix(TWO, ONE))
    first, _second = await desk.own.db.all(NOTES)
    receipt = await desk.own.tickets.orders.seen(SYSTEM, first)
    await desk.own.tickets.orders.cancel(SYSTEM, desk.org, first, "Moved away")
    undone, kept = await undo(desk, one)
    assert undone.undone == 1
    (reason,) = kept
    assert receipt.order.code in reason
    assert "ABC12" in reason
    with_it, kept = await undo(desk, one)
    assert (with_it.undone, len(kept)) == (1, 1), "it is looked at again, and counted on"


async def test_people_who_never_came_in_go_with_their_roles(desk: Desk) -> None:
    people = await desk.count("people", "erased_at IS NULL")
    roles = await desk.count("memberships")
    one = await desk.bring(Kind.USERS, PEOPLE, invite=True)
    undone, kept = await undo(desk, one)
    assert (undone.undone, kept) == (4, [])
    assert await desk.count("people", "erased_at IS NULL") == people
    assert await desk.count("memberships") == roles
    again = await desk.bring(Kind.USERS, PEOPLE)
    assert again.counts == Counts(made=2)


async def test_who_has_used_the_account_stays_with_it(desk: Desk) -> None:
    one = await desk.bring(Kind.USERS, PEOPLE)
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    await desk.bring(Kind.ORDERS, pretix({**ONE, "email": "anna@stage.example"}))
    undone, kept = await undo(desk, one)
    assert undone.undone == 2
    assert kept == ["anna@stage.example has used the account, or was changed, since."]


async def test_of_who_was_here_before_only_the_role_goes(desk: Desk) -> None:
    await desk.bring(Kind.USERS, "email,name\nanna@stage.example,Anna\n")
    people = await desk.count("people", "erased_at IS NULL")
    one = await desk.bring(Kind.USERS, PEOPLE)
    undone, kept = await undo(desk, one)
    assert (undone.undone, kept) == (3, []), "Ben, his role, and Anna's"
    assert await desk.count("people", "erased_at IS NULL") == people


async def test_one_that_made_nothing_or_is_another_s_is_not_undone(desk: Desk) -> None:
    one = await desk.ready(Kind.USERS, PEOPLE)
    undoing = desk.own.operations.undoing
    with pytest.raises(Conflict):
        await undoing.begin(SYSTEM, one.id)
    with pytest.raises(Forbidden):
        await undoing.begin(Principal(person_id="somebody", name="Somebody"), one.id)


async def test_one_that_was_cut_off_is_gone_on_with(desk: Desk) -> None:
    one = await desk.bring(Kind.USERS, PEOPLE)
    undoing = desk.own.operations.undoing
    await undoing.begin(SYSTEM, one.id)
    before = await desk.count("people", "erased_at IS NOT NULL")
    await undoing.work(one.id)
    await undoing.work(one.id)
    assert await desk.count("people", "erased_at IS NOT NULL") == before + 2
