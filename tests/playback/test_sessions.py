"""Who keeps watching, who is stopped, and what survives."""

import asyncio
import json

import pytest

from novacast.clock import SECOND
from novacast.database import Query
from novacast.errors import RateLimited, Unauthenticated
from novacast.identity import ANONYMOUS, Principal, Role
from novacast.playback import store
from novacast.playback.models import KEPT, Viewing, touched
from novacast.playback.personal import PlaybackData
from novacast.playback.service import GRANTS, STRANGERS
from tests.playback.world import FILM, ORG, PLAYLIST, SEGMENT, Film, World
from tests.waiting import PATIENCE

SEG = "v360/seg1.m4s"


async def test_the_address_of_a_stream_leads_to_a_session_under_which_relative_names_work(world: World) -> None:
    stream = await world.playback.stream(ANONYMOUS, FILM, address="192.0.2.1")
    first = await world.get(stream.url, User_Agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    assert first.status == 302
    assert first.headers["cache-control"] == "no-store"
    base = first.headers["location"].removesuffix("/master.m3u8")
    assert (await world.get(first.headers["location"])).body == PLAYLIST
    assert (await world.get(f"{base}/{SEG}")).body == SEGMENT
    assert stream.poster is not None
    assert (await world.get(stream.poster)).headers["location"] == f"{base}/poster.jpg"


async def test_a_player_that_opens_its_address_again_is_the_same_device_even_when_the_address_is_old(
    world: World,
) -> None:
    stream = await world.playback.stream(world.venue.person("ann"), FILM, address="")
    first = await world.get(stream.url)
    world.clock.advance(30 * 60)
    again = await world.get(stream.url)
    assert again.headers["location"] == first.headers["location"]
    assert len((await world.playback.sessions(world.venue.person("ann"), None, 10)).items) == 1


async def test_two_requests_that_open_one_address_at_once_begin_one_session(world: World) -> None:
    stream = await world.playback.stream(world.venue.person("ann"), FILM, address="")
    answers = await asyncio.gather(*(world.get(stream.url) for _ in range(10)))
    assert {answer.status for answer in answers} == {302}
    assert len({answer.headers["location"] for answer in answers}) == 1


async def test_an_address_that_was_not_opened_in_time_opens_nothing(world: World) -> None:
    stream = await world.playback.stream(ANONYMOUS, FILM, address="")
    world.clock.advance(world.settings.grant_minutes * 60)
    answer = await world.get(stream.url)
    assert answer.status == 410
    assert json.loads(answer.body)["code"] == "gone"


@pytest.mark.parametrize("broken", ["x", "x.y", "é", "a" * 5000, ".", "!.!", "bnVsbA.AAAA"])
async def test_an_address_that_was_not_made_here_opens_nothing(world: World, broken: str) -> None:
    with pytest.raises(Unauthenticated):
        await world.playback.open(broken, "x")


async def test_an_altered_address_opens_nothing(world: World) -> None:
    stream = await world.playback.stream(ANONYMOUS, FILM, address="")
    grant = stream.url.split("/")[3]
    for at in (0, 20, len(grant) - 2):
        altered = grant[:at] + ("A" if grant[at] != "A" else "B") + grant[at + 1 :]
        assert (await world.get(f"/media/open/{altered}/master.m3u8")).status == 401


async def test_a_permission_lost_between_the_address_and_its_opening_counts(world: World) -> None:
    stream = await world.playback.stream(ANONYMOUS, FILM, address="")
    world.venue.visibility = "organization"
    assert (await world.get(stream.url)).status == 401


@pytest.mark.parametrize("token", ["x", "AAAA.AAAA", "%2e%2e", "a" * 4000, "open.open"])
async def test_a_token_that_was_not_made_here_is_refused_without_a_seat(world: World, token: str) -> None:
    assert (await world.get(f"/media/{token}/{FILM}/master.m3u8")).status == 404
    assert len(world.audience) == 0


async def test_a_session_for_one_film_does_not_open_another(world: World) -> None:
    other = "otherotherotherother"
    world.venue.films[other] = Film(world.folder, media_id=other)
    base = await world.session(ANONYMOUS)
    assert (await world.get(f"{base}/master.m3u8")).status == 200
    assert (await world.get(f"{base.replace(FILM, other)}/master.m3u8")).status == 404


async def test_a_role_change_in_the_middle_of_a_film_refuses_the_next_segment(world: World) -> None:
    world.venue.visibility = "organization"
    base = await world.session(world.venue.person("ann", Role.PRODUCER))
    assert (await world.get(f"{base}/{SEG}")).status == 200
    world.venue.person("ann", None)
    await world.tell("member.changed", "person-ann", org_id=ORG)
    refused = await world.get(f"{base}/{SEG}")
    assert refused.status == 410
    assert refused.headers["cache-control"] == "no-store"
    world.venue.person("ann", Role.PRODUCER)
    assert (await world.get(f"{base}/{SEG}")).status == 410  # an ended session does not come back


async def test_signing_out_refuses_the_next_segment_of_that_device_alone(world: World) -> None:
    ann = world.venue.person("ann")
    bases = [await world.session(ann), await world.session(world.venue.person("bob"))]
    assert [(await world.get(f"{base}/{SEG}")).status for base in bases] == [200, 200]
    del world.venue.signed_in["session-ann"]
    await world.tell("session.revoked", "session-ann", person_id="person-ann")
    assert [(await world.get(f"{base}/{SEG}")).status for base in bases] == [410, 200]


async def test_a_video_made_private_refuses_the_next_segment_of_strangers(world: World) -> None:
    stranger, owner = await world.session(ANONYMOUS), await world.session(world.venue.person("eve", Role.OWNER))
    assert (await world.get(f"{stranger}/{SEG}")).status == 200
    world.venue.visibility = "private"
    await world.tell("video.changed", FILM)
    assert (await world.get(f"{stranger}/{SEG}")).status == 410
    assert (await world.get(f"{owner}/{SEG}")).status == 200


async def test_a_deleted_video_is_refused_though_its_bytes_are_in_memory(world: World) -> None:
    base = await world.session(ANONYMOUS)
    await world.get(f"{base}/{SEG}")
    world.venue.films.clear()
    await world.tell("video.deleted", FILM)
    assert (await world.get(f"{base}/{SEG}")).status == 410


async def test_a_fact_that_falls_while_the_permission_is_asked_is_not_overlooked(world: World) -> None:
    base = await world.session(ANONYMOUS)
    asked, answer = asyncio.Event(), asyncio.Event()
    locate = type(world.venue).locate

    class Slow:
        async def locate(self, principal: Principal, media_id: str) -> Film:
            film = await locate(world.venue, principal, media_id)
            asked.set()
            await answer.wait()
            return film

    world.audience._permission._sources = (Slow(),)
    request = asyncio.create_task(world.get(f"{base}/{SEG}"))
    async with asyncio.timeout(PATIENCE):
        await asked.wait()
    world.venue.visibility = "private"  # after the old answer was made, before it is heard
    world.audience.doubt([FILM])
    answer.set()
    assert (await request).status == 410


async def test_a_permission_that_ends_without_a_fact_is_noticed_within_minutes(world: World) -> None:
    base = await world.session(world.venue.person("ann"))
    assert (await world.get(f"{base}/{SEG}")).status == 200
    del world.venue.signed_in["session-ann"]
    world.clock.advance(10 * 60)
    assert (await world.get(f"{base}/{SEG}")).status == 410


async def test_a_thousand_segments_ask_for_the_permission_once(world: World) -> None:
    base = await world.session(ANONYMOUS)
    world.venue.located = 0
    token = base.split("/")[2]
    for _ in range(20):
        await asyncio.gather(*(world.audience.admit(token, FILM) for _ in range(50)))
    assert world.venue.located == 1


async def test_facts_that_concern_no_viewer_are_not_asked_about() -> None:
    assert not touched("video.progress", FILM, {})
    assert not touched("mail.requested", FILM, {})
    assert ORG not in touched("member.changed", "person-ann", {"org_id": ORG, "role": "door"})
    assert touched("organization.deleted", ORG, {"org_id": ORG}) == {ORG}


async def test_a_restart_interrupts_nobody(world: World) -> None:
    base = await world.session(world.venue.person("ann"))
    assert (await world.get(f"{base}/{SEG}")).status == 200
    await world.restart()
    assert (await world.get(f"{base}/{SEG}")).body == SEGMENT


async def test_a_permission_lost_while_the_server_was_down_is_refused_after_it(world: World) -> None:
    base = await world.session(ANONYMOUS)
    world.venue.visibility = "private"
    await world.restart()
    assert (await world.get(f"{base}/{SEG}")).status == 410


async def test_the_table_of_viewers_is_bounded_and_those_who_fell_out_go_on(world: World) -> None:
    await world.close()
    world.seats = 5
    await world.open()
    await world.listen()
    bases = [await world.session(ANONYMOUS) for _ in range(12)]
    for base in bases + bases:
        assert (await world.get(f"{base}/{SEG}")).status == 200
        assert len(world.audience) <= 5
    assert len(world.audience._named) <= 5 * 3


async def test_watching_renews_a_session_and_rarely_writes(world: World) -> None:
    base = await world.session(ANONYMOUS)
    id_ = next(iter(await world.db.all(_all()))).id
    hours = world.settings.session_hours
    for _ in range(8):
        world.clock.advance(hours * 3600 / 2)
        assert (await world.get(f"{base}/{SEG}")).status == 200
        await world.get(f"{base}/{SEG}")
        assert list(world.audience._signs) == [id_]
        await world.audience.flush()
    await world.restart()
    assert (await world.get(f"{base}/{SEG}")).status == 200


async def test_a_session_nobody_watches_ends_and_is_swept(world: World) -> None:
    base = await world.session(ANONYMOUS)
    assert (await world.get(f"{base}/{SEG}")).status == 200
    world.clock.advance(world.settings.session_hours * 3600)
    assert (await world.get(f"{base}/{SEG}")).status == 410
    world.clock.advance(KEPT / SECOND + 1)
    assert await world.audience.sweep() == 1
    assert (await world.get(f"{base}/{SEG}")).status == 404
    assert len(world.audience) == 0
    assert not world.audience._named


async def test_asking_for_addresses_without_end_is_slowed_down(world: World) -> None:
    ann = world.venue.person("ann")
    for _ in range(GRANTS.burst):
        await world.playback.stream(ann, FILM, address="")
    with pytest.raises(RateLimited):
        await world.playback.stream(ann, FILM, address="")
    await world.playback.stream(world.venue.person("bob"), FILM, address="")


async def test_a_stranger_with_a_line_full_of_addresses_is_one_stranger(world: World) -> None:
    for number in range(STRANGERS.burst):
        await world.playback.stream(ANONYMOUS, FILM, address=f"2001:db8::{number:x}")
    with pytest.raises(RateLimited):
        await world.playback.stream(ANONYMOUS, FILM, address="2001:db8::ffff")
    await world.playback.stream(ANONYMOUS, FILM, address="2001:db8:0:1::1")


async def test_what_is_kept_of_a_person_can_be_exported_and_erased(world: World) -> None:
    ann = world.venue.person("ann")
    base = await world.session(ann)
    assert (await world.get(f"{base}/{SEG}")).status == 200
    data, subject = PlaybackData(world.db, world.audience), _Subject("person-ann")
    assert [row["title"] for row in await data.export(subject)] == ["Stalker"]
    await world.db.write(lambda tx: data.erase(tx, subject))
    assert await data.export(subject) == []
    assert (await world.get(f"{base}/{SEG}")).status == 404


async def test_the_database_holds_nothing_that_opens_a_session(world: World) -> None:
    base = await world.session(world.venue.person("ann"))
    token = base.split("/")[2]
    rows = await world.db.all(_all())
    assert rows
    for secret in (token, token.partition(".")[2]):
        assert secret not in repr(rows)


async def test_a_database_out_of_order_is_no_end_of_a_session(world: World) -> None:
    base = await world.session(ANONYMOUS)

    class Broken:
        async def locate(self, principal: Principal, media_id: str) -> Film:
            raise OSError("the disk is gone")

    sources, world.audience._permission._sources = world.audience._permission._sources, (Broken(),)
    assert (await world.get(f"{base}/{SEG}")).status == 500
    world.audience._permission._sources = sources
    assert (await world.get(f"{base}/{SEG}")).status == 200


class _Subject:
    def __init__(self, person_id: str) -> None:
        self.person_id = person_id


def _all() -> Query[Viewing]:
    return Query("SELECT * FROM playback_viewings", (), store.viewing("").make)
