from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from novacast.accounts.ports import Subject
from novacast.database import Query
from novacast.errors import NotFound
from novacast.notifications.folder import MailFolder
from novacast.notifications.kinds import KINDS
from novacast.notifications.letters import deliverable
from novacast.notifications.previews.samples import sample
from novacast.notifications.service import MailedData
from novacast.notifications.transport import Smtp
from tests.notifications.office import LINK, Office, PostOffice, smtp

ALL = Query("SELECT id FROM mail ORDER BY rowid", (), lambda row: str(row["id"]))
CONTEXT = {"name": "Ada", "organization": "The Stage", "inviter": "Olga", "role": "box_office"}


async def test_every_template_makes_a_whole_mail(office: Office) -> None:
    assert len(office.letters.names) == 54
    assert office.letters.names == KINDS.keys()
    queued = await office.mail(await office.post())  # of kinds that nobody has asked for none is queued
    for template in office.letters.names:
        mail = replace(queued, template=template, context=sample(template, "https://venue.example"))
        message = message_from_bytes(office.letters.write(mail).as_bytes(), _class=EmailMessage, policy=default)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        assert text is not None
        assert html is not None
        assert len(str(message["Subject"])) > 10
        for part in (text.get_content(), html.get_content(), str(message["Subject"])):
            assert "{{" not in part
            assert "%(" not in part
        linked = "https://venue.example/example" in text.get_content()
        assert template in {"email_changed", "reminder_cancelled"} or linked


async def test_an_unknown_template_is_noticed_when_it_is_queued(office: Office) -> None:
    with pytest.raises(LookupError):
        await office.post(template="no_such")


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "Bühne\r\nBcc: eve@example.org", "{{ venue }}", "%(url)s", "劇場 👩‍👩‍👧", "x" * 500],
)
async def test_names_stay_names_whatever_they_hold(office: Office, name: str) -> None:
    context = {**CONTEXT, "organization": name}
    mail = await office.mail(await office.post(template="invitation", **context))
    message = message_from_bytes(office.letters.write(mail).as_bytes(), _class=EmailMessage, policy=default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert message["Bcc"] is None
    assert html is not None
    assert text is not None
    assert "<script>" not in html.get_content()
    assert " ".join(name.split()) in " ".join(text.get_content().split())


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ada@müller.de", "ada@xn--mller-kva.de"),
        ("jürgen@müller.de", "jürgen@xn--mller-kva.de"),
        ("o'brien+tag@example.org", "o'brien+tag@example.org"),
    ],
)
async def test_addresses_of_every_script_arrive(office: Office, address: str, sent: str) -> None:
    assert deliverable(address) == sent
    mail_id = await office.post(to=address)
    async with smtp(room := PostOffice()) as settings:
        await office.delivery(Smtp(settings)).send(mail_id)
    assert room.recipients == [sent]


async def test_the_folder_shows_what_would_have_been_sent(office: Office) -> None:
    for number in range(3):
        office.clock.advance(1)
        await office.delivery(office.folder).send(await office.post(to=f"p{number}@example.org"))
    folder = MailFolder(office.path)
    shown = await folder.newest()
    assert [mail.to for mail in shown] == ["p2@example.org", "p1@example.org", "p0@example.org"]
    links = [piece.text for part in shown[0].paragraphs for piece in part if piece.is_link]
    assert links == [LINK]
    assert len(shown[0].paragraphs) == 4
    assert (await folder.show(shown[0].file)).subject == shown[0].subject
    assert {oct(path.stat().st_mode & 0o777) for path in office.path.iterdir()} == {"0o600"}


@pytest.mark.parametrize("file", ["", "../novacast.db", "x.eml", "0" * 20 + "-" + "a" * 20 + ".eml", "\x00"])
async def test_the_folder_shows_mails_and_nothing_else(office: Office, file: str) -> None:
    with pytest.raises(NotFound):
        await MailFolder(office.path).show(file)


async def test_a_folder_that_cant_be_written_delays(office: Office) -> None:
    mail_id = await office.post()
    office.path.rmdir()
    await office.delivery(office.folder).send(mail_id)
    assert (await office.mail(mail_id)).attempts == 1
    office.path.mkdir()
    office.clock.advance(60)
    await office.delivery(office.folder).send(mail_id)
    assert len(list(office.path.iterdir())) == 1


async def test_mails_belong_to_export_and_erasure(office: Office) -> None:
    await office.db.write(
        lambda tx: tx.run(
            "INSERT INTO people (id, email, email_key, name, language, password, created_at, updated_at) "
            "VALUES ('p1', 'ada@example.org', 'ada@example.org', 'Ada', 'en', '', 0, 0)"
        )
    )
    await office.post(to="old@example.org", person_id="p1")
    await office.post(to="ada@example.org")
    other = await office.post(to="eve@example.org")
    delivery = office.delivery(office.folder)
    for mail in await office.db.all(ALL):
        await delivery.send(mail)
    data, subject = MailedData(office.db, office.folder), Subject("p1", "ada@example.org")
    assert {one["to"] for one in await data.export(subject)} == {"old@example.org", "ada@example.org"}
    await office.db.write(lambda tx: data.erase(tx, subject))
    assert await office.db.all(ALL) == [other]
    assert [mail.to for mail in await MailFolder(office.path).newest()] == ["eve@example.org"]
