"""What ends with an organization, a role or an account."""

from typing import Any

from novacast import outbox
from novacast.accounts.ports import Subject
from novacast.database import Query
from novacast.identity import Role
from novacast.live import store
from novacast.live.channels import store as channels
from novacast.live.keys import store as keys
from novacast.live.models import ProgrammeState
from novacast.outbox import Event
from novacast.visibility import Visibility
from tests.live.conftest import ORG, OTHER_ORG, House, hello


def fact(topic: str, subject: str, **payload: Any) -> Event:
    return Event(1, 0, topic, subject, outbox.INTERNAL, payload)


async def everything(house: House) -> str:
    """All text of all tables."""
    names = await house.db.all(Query("SELECT name FROM sqlite_schema WHERE type = 'table'", (), lambda row: row[0]))
    rows = [row for name in names for row in await house.db.all(Query(f"SELECT * FROM {name}", (), tuple))]
    return "\n".join(str(cell) for row in rows for cell in row)


async def test_losing_the_right_to_produce_revokes_ones_keys_there_and_nowhere_else(house: House) -> None:
    here, elsewhere = await house.channel(), await house.channel(org_id=OTHER_ORG)
    lost = await house.key(here, "one")
    await house.key(here, "two", person_id="owner")
    await house.key(elsewhere, "three")
    changed = fact("member.changed", "producer", org_id=ORG, person_id="producer", role=Role.MODERATOR.value)
    await house.own.endings.hear(changed)
    await house.own.endings.hear(changed)
    assert [one.subject for one in await house.facts("key.revoked")] == [lost.id]
    await house.airing.admit(hello("two"))
    await house.airing.admit(hello("three"))


async def test_a_role_that_produces_keeps_its_keys(house: House) -> None:
    await house.key(await house.channel(), "one")
    await house.own.endings.hear(
        fact("member.changed", "producer", org_id=ORG, person_id="producer", role=Role.MANAGER.value)
    )
    await house.airing.admit(hello("one"))


async def test_an_organization_goes_with_its_channels_even_on_air(house: House) -> None:
    programme = await house.on_air(await house.channel())
    other = await house.channel(org_id=OTHER_ORG)
    for _ in range(25):
        await house.channel()
    await house.own.endings.hear(fact("organization.deleted", ORG, org_id=ORG))
    assert await house.db.all(channels.some_of(ORG, 100)) == []
    assert [one.subject for one in await house.facts("programme.ended")] == [programme.id]
    assert len(await house.facts("key.revoked")) == 1
    assert await house.db.one(channels.by_id(other.id)) is not None


async def test_a_recording_that_is_hidden_hides_the_programme_it_was(house: House) -> None:
    programme = await house.on_air(await house.channel())
    hidden = fact("video.changed", programme.id, visibility="private")
    await house.own.endings.hear(hidden)
    assert (await house.airing.programme(programme.id)).visibility is Visibility.PUBLIC
    await house.airing.ended(programme.id)
    await house.own.endings.hear(hidden)
    await house.own.endings.hear(fact("video.changed", "another", visibility="private"))
    after = await house.airing.programme(programme.id)
    assert (after.state, after.visibility) == (ProgrammeState.ENDED, Visibility.PRIVATE)


async def test_an_export_holds_keys_connections_and_deeds(house: House) -> None:
    channel = await house.channel(owner_id="producer")
    key = await house.key(channel, "secret", name="My van")
    await house.airing.admit(hello("secret", "198.51.100.7"))
    export = await house.own.personal.export(Subject("producer", "p@example.org"))
    assert [one["id"] for one in export["channels"]] == [channel.id]
    assert [(one["id"], one["name"]) for one in export["stream_keys"]] == [(key.id, "My van")]
    assert [one["address"] for one in export["connections"]] == ["198.51.100.7"]
    assert {one["action"] for one in export["log"]} == {"key.used", "programme.created"}
    assert len(export["programmes"]) == 1


async def test_erased_nothing_tells_who_it_was_and_no_key_opens_anything(house: House) -> None:
    channel = await house.channel(owner_id="rareperson")
    key = await house.key(channel, "secret", person_id="rareperson", name="Rareperson's van")
    admitted = await house.airing.admit(hello("secret", "198.51.100.7"))
    await house.airing.on_air(admitted.programme.id)
    assert "rareperson" in (await everything(house)).casefold()
    await house.db.write(lambda tx: house.own.personal.erase(tx, Subject("rareperson", "r@example.org")))
    text = (await everything(house)).casefold()
    assert "rareperson" not in text
    assert "198.51.100.7" not in text
    assert [one.subject for one in await house.facts("key.revoked")] == [key.id]
    after = await house.db.one(keys.by_id(key.id))
    assert after is not None
    assert after.revoked_at is not None
    (feed,) = await house.db.all(store.open_feeds())
    assert (feed.address, feed.key_id) == ("", key.id)
