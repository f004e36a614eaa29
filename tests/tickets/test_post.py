"""Mails about orders: each fact is told once, in the buyer's language, with the tickets enclosed."""

from collections.abc import AsyncIterator

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import Conflict, Forbidden
from novacast.folder import DataFolder
from novacast.tickets.cancelling.models import BankAccount, Policy
from novacast.tickets.events.models import PerformanceChanges
from novacast.tickets.models import OrderState, PerformanceState
from novacast.tickets.orders.models import Method, buyer_of
from tests.tickets.box import DOOR, GUEST, ORG, OWNER, SELLER, Box
from tests.tickets.posting import Posted, posting, said

BANK = BankAccount("The Playhouse", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "")


@pytest.fixture
async def posted(box: Box, folder: DataFolder) -> AsyncIterator[Posted]:
    async with posting(box, folder) as opened:
        yield opened


async def test_who_has_paid_gets_the_tickets_once_however_often_it_is_heard(posted: Posted) -> None:
    receipt = await posted.box.bought(await posted.box.standing(2))
    await posted.hear()
    (mail,) = await posted.mails()
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert files["tickets.pdf"].startswith(b"%PDF")
    assert f"Order {receipt.order.code}" in files["tickets.ics"].replace("\r\n ", "")
    assert mail["Subject"] == "Your tickets: Hamlet"
    assert "Standing: €10.00\nStanding: €10.00" in said(mail)
    assert "/order/" in said(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert "Standing: €10.00<br>" in html.get_content()


async def test_it_is_the_buyers_language(posted: Posted) -> None:
    box = posted.box
    await box.decide(await box.order(await box.standing(), buyer=buyer_of("Ada", "ada@example.org", "de")))
    (mail,) = await posted.mails()
    assert mail["Subject"] == "Ihre Tickets: Hamlet"
    assert "10,00" in said(mail)


async def test_a_transfer_is_told_with_account_reference_and_deadline_and_its_end(posted: Posted) -> None:
    box = posted.box
    await box.own.cancelling.set_account(OWNER, ORG, BANK)
    receipt = await box.order(await box.standing(), Method.TRANSFER)
    (asked,) = await posted.mails()
    assert "DE02 1203 0000 0000 2020 51" in said(asked)
    assert f"Reference: {receipt.order.code}" in said(asked)
    box.clock.advance(DAY / 1e6)
    await box.own.closing.sweep()
    _, over = await posted.mails()
    assert over["Subject"] == "Not paid in time: Hamlet"


async def test_a_cancelled_performance_is_told_to_all_and_nobody_pays_for_it(posted: Posted) -> None:
    box = posted.box
    paid = await box.bought(await box.standing())
    waits = await box.order(await box.standing(), Method.TRANSFER)
    await posted.mails()
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    mails = await posted.mails()
    assert [one["Subject"] for one in mails[2:]] == ["It does not take place: Hamlet"] * 2
    assert (await box.own.orders.known(SELLER, ORG, waits.order.id)).order.state is OrderState.EXPIRED
    assert len(await posted.mails()) == 4
    quote = await box.own.cancelling.quote(box.own.orders.token(paid.order.id))
    assert (quote.refusal, quote.back) == (None, 1000)
    await box.clean()


async def test_another_hour_is_told_with_the_old_one_and_shortens_what_is_waited_for(posted: Posted) -> None:
    box = posted.box
    waits = await box.order(await box.standing(), Method.TRANSFER)
    await posted.mails()
    start = box.night.starts_at - 3 * HOUR
    await box.own.performances.edit(OWNER, box.night.id, PerformanceChanges(frozenset({"starts_at"}), starts_at=start))
    mails = await posted.mails()
    assert mails[-1]["Subject"] == "Another hour: Hamlet"
    assert "It was:" in said(mails[-1])
    assert (await box.own.orders.known(SELLER, ORG, waits.order.id)).order.due_at == start


async def test_a_ticket_that_is_handed_on_is_told_to_both(posted: Posted) -> None:
    box = posted.box
    receipt = await box.bought(await box.standing())
    await posted.mails()
    token = box.own.orders.token(receipt.order.id)
    find = box.own.holders.of_order(token, receipt.tickets[0].id)
    offer = await box.own.holders.offer(GUEST, find, buyer_of("Ben", "ben@example.org", "en"))
    _, offered = await posted.mails()
    assert (offered["To"], offered["Subject"]) == ("ben@example.org", "A ticket for you: Hamlet")
    assert list(offered.iter_attachments()) == []
    await box.own.holders.accept(GUEST, box.own.holders.link(offer.id))
    mails = {(one["To"], one["Subject"]): one for one in (await posted.mails())[2:]}
    assert set(mails) == {("ben@example.org", "Your ticket: Hamlet"), ("ada@example.org", "Handed on: Hamlet")}
    files = [one.get_filename() for one in mails["ben@example.org", "Your ticket: Hamlet"].iter_attachments()]
    assert files == ["tickets.pdf", "tickets.ics"]


async def test_the_house_and_the_buyer_have_a_mail_sent_again(posted: Posted) -> None:
    box = posted.box
    receipt = await box.bought(await box.standing())
    await posted.post.resend(receipt.order.id)
    await posted.post.resend_for(SELLER, ORG, receipt.order.id)
    assert len(await posted.mails()) == 3
    with pytest.raises(Forbidden):
        await posted.post.resend_for(DOOR, ORG, receipt.order.id)
    await box.own.cancelling.decide(OWNER, box.night.event_id, Policy(0, 0, 0, returns_fees=True))
    token = box.own.orders.token(receipt.order.id)
    await box.own.cancelling.give_back(GUEST, token, [receipt.tickets[0].id], 1000)
    assert "You get back €10.00" in said((await posted.mails())[-1])
    with pytest.raises(Conflict):
        await posted.post.resend(receipt.order.id)
