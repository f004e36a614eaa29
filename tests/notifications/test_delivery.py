import asyncio
import socket
from dataclasses import replace
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import AuthResult

from novacast.clock import DAY
from novacast.database import Transaction
from novacast.notifications import store
from novacast.notifications.models import WAITS, State
from novacast.notifications.service import LEASE
from novacast.notifications.transport import Smtp
from tests.notifications.office import LINK, Office, PostOffice, short, smtp


async def test_a_mail_goes_out_once_with_both_parts(office: Office) -> None:
    mail_id = await office.post()
    async with smtp(room := PostOffice()) as settings:
        delivery = office.delivery(Smtp(settings))
        await delivery.send(mail_id)
        await delivery.send(mail_id)
    (message,) = room.taken
    assert room.recipients == ["ada@example.org"]
    assert str(message["From"]) == "Box Office <noreply@venue.example>"
    assert str(message["Message-ID"]) == f"<{mail_id}@venue.example>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert LINK in text.get_content()
    assert f'href="{LINK}"' in html.get_content()
    assert (await office.mail(mail_id)).state is State.SENT


async def test_links_are_forgotten_once_a_mail_is_through(office: Office) -> None:
    mail_id = await office.post()
    assert (await office.mail(mail_id)).context["url"] == LINK
    await office.delivery(office.folder).send(mail_id)
    assert (await office.mail(mail_id)).context == {}


async def test_a_mail_that_is_rolled_back_was_never_there(office: Office) -> None:
    def unit(tx: Transaction) -> None:
        office.mailbox.send(
            tx,
            to="a@example.org",
            template="sign_up",
            language="en",
            context={"url": LINK},
        )
        raise RuntimeError("the fact it tells is not true after all")

    with pytest.raises(RuntimeError):
        await office.db.write(unit)
    assert await office.delivery(office.folder).sweep() == 0


@pytest.mark.parametrize("answers", [PostOffice("450 4.2.1 Later"), PostOffice(data_answers=["451 4.3.0 Later"])])
async def test_a_temporary_refusal_waits_longer_each_time_and_gets_through(office: Office, answers: PostOffice) -> None:
    mail_id = await office.post()
    async with smtp(answers) as settings:
        delivery = office.delivery(Smtp(settings))
        await delivery.send(mail_id)
        mail = await office.mail(mail_id)
        assert (mail.state, mail.attempts, mail.error[:2]) == (State.QUEUED, 1, "45")
        assert mail.context["url"] == LINK
        await delivery.send(mail_id)
        assert (await office.mail(mail_id)).attempts == 1
        office.clock.advance(60)
        answers.recipient_answer = "250 OK"
        assert await delivery.sweep() == 1
        await delivery.send(mail_id)
    assert (await office.mail(mail_id)).state is State.SENT
    assert len(answers.taken) == 1


@pytest.mark.parametrize("answers", [PostOffice("550 5.1.1 Nobody here"), PostOffice(data_answers=["554 5.7.1 Spam"])])
async def test_a_refusal_for_good_is_not_repeated(office: Office, answers: PostOffice) -> None:
    mail_id = await office.post()
    async with smtp(answers) as settings:
        await office.delivery(Smtp(settings)).send(mail_id)
    mail = await office.mail(mail_id)
    assert (mail.state, mail.error[0], mail.context) == (State.FAILED, "5", {})
    office.clock.advance(30 * 86400)
    assert await office.delivery(office.folder).sweep() == 0


async def test_a_connection_lost_after_the_data_is_tried_again_under_the_same_id(office: Office) -> None:
    """SMTP can't say whether the first one was taken (RFC 5321, 6.1): the mailbox knows them by their id."""
    mail_id = await office.post()
    async with smtp(room := PostOffice(hang_up_after_data=True)) as settings:
        delivery = office.delivery(short(settings))
        await delivery.send(mail_id)
        assert (await office.mail(mail_id)).state is State.QUEUED
        office.clock.advance(60)
        room.hang_up_after_data = False
        await delivery.send(mail_id)
    assert (await office.mail(mail_id)).state is State.SENT
    assert len({str(message["Message-ID"]) for message in room.taken}) == 1


async def test_no_server_no_answer_and_no_encryption_all_wait(office: Office) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    async with smtp(PostOffice()) as settings:
        for broken in (
            replace(settings, port=port),
            replace(settings, port=silent.getsockname()[1]),
            replace(settings, security="starttls"),
            replace(settings, security="tls"),
            replace(settings, username="someone", password="secret"),
        ):
            mail_id = await office.post()
            await office.delivery(short(broken)).send(mail_id)
            mail = await office.mail(mail_id)
            assert (mail.state, mail.attempts) == (State.QUEUED, 1)
            assert "secret" not in mail.error
    silent.close()


async def test_a_wrong_log_in_is_the_operators_to_mend_and_loses_no_mail(office: Office) -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    mail_id = await office.post()
    async with smtp(PostOffice(), authenticator=refuse, auth_require_tls=False) as settings:
        await office.delivery(short(replace(settings, username="someone", password="secret"))).send(mail_id)
    mail = await office.mail(mail_id)
    assert mail.state is State.QUEUED
    assert "log-in" in mail.error


async def test_after_two_days_it_is_given_up(office: Office) -> None:
    mail_id = await office.post()
    async with smtp(PostOffice("450 Later")) as settings:
        delivery = office.delivery(Smtp(settings))
        for wait in (0, *WAITS):
            office.clock.advance(wait / 1_000_000)
            await delivery.send(mail_id)
    mail = await office.mail(mail_id)
    assert (mail.state, mail.attempts, mail.context) == (State.FAILED, len(WAITS) + 1, {})


async def test_a_mail_that_cant_be_written_is_set_aside_with_the_reason_and_told_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """An invitation without an organization: its template has nothing to say."""
    mail_id, whole = await office.post(template="invitation"), await office.post()
    delivery = office.delivery(office.folder)
    for _ in range(3):
        for one in (mail_id, whole):
            await delivery.send(one)
        office.clock.advance(86400)
        assert await delivery.sweep() == 0
    mail = await office.mail(mail_id)
    assert (mail.state, mail.attempts, mail.context) == (State.FAILED, 1, {})
    assert "'organization' is undefined" in mail.error
    assert await office.db.all(store.failed(0)) == [("invitation", mail.error)]
    assert [record.levelname for record in caplog.records if mail_id in record.getMessage()] == ["ERROR"]
    assert LINK not in caplog.text
    assert (await office.mail(whole)).state is State.SENT


class Bewildered:
    """A transport that meets what nobody foresaw."""

    async def deliver(self, message: EmailMessage, file: str) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    def forget(self, file: str) -> None: ...


async def test_even_what_nobody_foresaw_comes_to_an_end(office: Office) -> None:
    mail_id = await office.post()
    delivery = office.delivery(Bewildered())
    for wait in (0, *WAITS):
        office.clock.advance(wait / 1_000_000)
        await delivery.send(mail_id)
    mail = await office.mail(mail_id)
    assert (mail.state, mail.attempts, mail.context) == (State.FAILED, len(WAITS) + 1, {})
    assert "nobody foresaw this" in mail.error


async def test_of_two_senders_one_sends(office: Office) -> None:
    mail_id = await office.post()
    async with smtp(room := PostOffice()) as settings:
        delivery = office.delivery(Smtp(settings))
        await asyncio.gather(*(delivery.send(mail_id) for _ in range(5)))
    assert len(room.taken) == 1


async def test_a_sender_that_died_is_followed_by_another(office: Office) -> None:
    mail_id = await office.post()
    await office.db.write(lambda tx: store.claim(tx, mail_id, tx.now + LEASE))
    delivery = office.delivery(office.folder)
    await delivery.send(mail_id)
    assert (await office.mail(mail_id)).state is State.SENDING
    office.clock.advance(301)
    assert await delivery.sweep() == 1
    await delivery.send(mail_id)
    assert (await office.mail(mail_id)).state is State.SENT


async def test_a_clock_that_is_set_back_keeps_no_mail_until_it_is_that_late_again(office: Office) -> None:
    waiting, lost = await office.post(), await office.post()
    await office.db.write(lambda tx: store.claim(tx, lost, tx.now + LEASE))
    office.clock.set_now(office.clock.now() - 30 * DAY)
    delivery = office.delivery(office.folder)
    assert await delivery.sweep() == 2
    for mail_id in (waiting, lost):
        await delivery.send(mail_id)
        assert (await office.mail(mail_id)).state is State.SENT


async def test_old_mails_are_forgotten(office: Office) -> None:
    mail_id = await office.post()
    delivery = office.delivery(office.folder)
    await delivery.send(mail_id)
    office.clock.advance(31 * 86400)
    await delivery.sweep()
    await delivery.send(mail_id)
    with pytest.raises(AssertionError):
        await office.mail(mail_id)


async def test_the_worker_is_woken_after_the_commit(office: Office) -> None:
    await office.post()
    await office.queue.close()
    assert office.queue.waiting() == 1
