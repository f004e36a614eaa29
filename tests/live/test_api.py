"""Channels, stream keys and programmes over the API: who may do what, and what is answered."""

import pytest

from novacast.clock import HOUR, iso
from novacast.errors import Unauthenticated
from novacast.live.models import ProgrammeState
from novacast.visibility import Visibility
from tests.live.conftest import ORG, Ask, House, hello

EVERYONE = ("owner", "manager", "producer", "moderator", "door", "guest", "outsider", "")
CHANNELS = f"/api/v1/organizations/{ORG}/channels"

#                                                     owner manager producer moderator door guest outsider stranger
TABLE = {
    ("GET", CHANNELS, None):                         "200   200     200      200       200  404   404      401",
    ("POST", CHANNELS, "channel"):                   "201   201     403      403       403  404   404      401",
    ("GET", "/api/v1/channels/C", None):             "200   200     200      200       200  200   200      200",
    ("PATCH", "/api/v1/channels/C", "name"):         "200   200     403      403       403  403   403      401",
    ("GET", "/api/v1/channels/C/log", None):         "200   200     403      403       403  403   403      401",
    ("GET", "/api/v1/channels/C/keys", None):        "200   200     200      403       403  403   403      401",
    ("POST", "/api/v1/channels/C/keys", "key"):      "201   201     201      403       403  403   403      401",
    ("DELETE", "/api/v1/keys/K", None):              "204   204     204      404       404  404   404      401",
    ("GET", "/api/v1/channels/C/obs", None):         "200   200     200      403       403  403   403      401",
    ("GET", "/api/v1/channels/C/programmes", None):  "200   200     200      200       200  200   200      200",
    ("POST", "/api/v1/channels/C/programmes", "new"): "201  201     201      403       403  403   403      401",
    ("GET", "/api/v1/programmes/P", None):           "200   200     200      200       200  200   200      200",
    ("GET", "/api/v1/programmes/P/now", None):       "200   200     200      200       200  200   200      200",
    ("PATCH", "/api/v1/programmes/P", "title"):      "200   200     200      403       403  403   403      401",
    ("POST", "/api/v1/programmes/P/cut", "cut"):     "200   200     200      403       403  403   403      401",
    ("POST", "/api/v1/programmes/P/markers", "mark"): "201  201     201      201       403  403   403      401",
    ("GET", "/api/v1/programmes/P/markers", None):   "200   200     200      200       403  403   403      401",
    ("GET", "/api/v1/programmes/P/health", None):    "200   200     200      403       403  403   403      401",
    ("GET", "/api/v1/programmes/P/feeds", None):     "200   200     200      403       403  403   403      401",
    ("POST", "/api/v1/programmes/S/standby", None):  "200   200     200      403       403  403   403      401",
    ("GET", "/api/v1/programmes/S/calendar", None):  "200   200     200      200       200  200   200      200",
    ("POST", "/api/v1/programmes/P/end", None):      "200   200     200      403       403  403   403      401",
    ("DELETE", "/api/v1/programmes/S", None):        "204   204     204      403       403  403   403      401",
    ("DELETE", "/api/v1/channels/E", None):          "204   204     403      403       403  403   403      401",
}  # fmt: skip
BODIES = {
    "channel": {"name": "Small stage"},
    "name": {"name": "Great hall"},
    "key": {"name": "Van", "role": "backup"},
    "new": {"title": "The second night", "planned_start": "2026-01-01T20:00:00+01:00"},
    "title": {"title": "The last night"},
    "cut": {"to": "slate"},
    "mark": {"title": "Applause"},
}


@pytest.mark.parametrize(("request_", "row"), TABLE.items(), ids=lambda one: one[1] if isinstance(one, tuple) else "")
async def test_everyone_may_do_what_the_table_says(
    house: House, ask: Ask, request_: tuple[str, str, str | None], row: str
) -> None:
    method, template, body = request_
    for who, expected in zip(EVERYONE, row.split(), strict=True):
        channel, other = await house.channel(), await house.channel()
        on_air = await house.on_air(channel, f"secret of {who}")
        planned = await house.programme(other, planned_start=house.clock.now() + HOUR)
        key = await house.key(channel, f"another of {who}")
        ids = {"C": channel.id, "P": on_air.id, "S": planned.id, "K": key.id, "E": other.id}
        path = "/".join(ids.get(part, part) for part in template.split("/"))
        status, answer = await ask(who, method, path, None if body is None else BODIES[body])
        assert status == int(expected), (who, path, answer)


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_what_is_not_for_ones_eyes_looks_like_nothing(house: House, ask: Ask, visibility: Visibility) -> None:
    channel = await house.channel(visibility=visibility)
    programme = await house.on_air(channel)
    outsiders = 200 if visibility in {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.SIGNED_IN} else 404
    strangers = {Visibility.PUBLIC: 200, Visibility.UNLISTED: 200, Visibility.PRIVATE: 404}.get(visibility, 401)
    for path in (f"/api/v1/channels/{channel.id}", f"/api/v1/programmes/{programme.id}"):
        assert (await ask("outsider", "GET", path))[0] == outsiders
        assert (await ask("", "GET", path))[0] == strangers
        assert (await ask("producer", "GET", path))[0] == 200
    status, _ = await ask("outsider", "POST", f"/api/v1/programmes/{programme.id}/end")
    assert status == (403 if outsiders == 200 else 404)


async def test_a_channel_is_made_with_settings_for_its_makers_alone(ask: Ask) -> None:
    body = {"name": "  Small   stage ", "profile": "ultra", "heights": [720, 360, 720], "return_seconds": 60}
    status, made = await ask("owner", "POST", CHANNELS, body)
    assert (status, made["name"], made["visibility"]) == (201, "Small stage", "public")
    assert made["settings"] == {
        "profile": "ultra",
        "heights": [360, 720],
        "pass_through": "auto",
        "return_seconds": 60,
        "record": True,
        "dvr": True,
        "keep_source": False,
        "slate": None,
    }
    _, changed = await ask("owner", "PATCH", f"/api/v1/channels/{made['id']}", {"record": False})
    assert (changed["settings"]["record"], changed["settings"]["heights"]) == (False, [360, 720])
    _, seen = await ask("", "GET", f"/api/v1/channels/{made['id']}")
    assert seen["settings"] is None
    status, refused = await ask("owner", "POST", CHANNELS, {"name": " ", "heights": [361], "profile": "x"})
    assert status == 422
    assert {error["field"].partition(".")[0] for error in refused["errors"]} == {"name", "heights", "profile"}


async def test_a_secret_is_told_once_and_is_no_id(house: House, ask: Ask) -> None:
    channel = await house.channel(heights=(720, 1080), profile="ultra")
    path = f"/api/v1/channels/{channel.id}/keys"
    status, fresh = await ask("producer", "POST", path, {"name": "Camera 1"})
    assert status == 201
    secret = fresh["secret"]
    assert secret.startswith("nova_")
    assert len(secret) > 30
    assert fresh["encoder"]["server"] == "rtmp://play.example/live"
    assert fresh["encoder"]["service"]["settings"]["key"] == fresh["encoder"]["key"] == secret
    assert (fresh["encoder"]["keyframe_seconds"], fresh["encoder"]["video_kbps"]) == (1, 6000)
    _, listed = await ask("producer", "GET", path)
    assert secret not in str(listed)
    assert (await ask("producer", "GET", f"/api/v1/channels/{channel.id}/obs"))[1]["key"] is None
    admitted = await house.airing.admit(hello(secret))
    assert secret not in (admitted.programme.id, admitted.feed.id, channel.id, fresh["id"])
    assert secret.encode() not in house.db.path.read_bytes()


async def test_a_key_runs_out_after_so_many_seconds_by_the_servers_clock(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/keys"
    status, fresh = await ask("producer", "POST", path, {"name": "Browser", "expires_in": 3600})
    assert status == 201
    assert fresh["expires_at"] == iso(house.clock.now() + HOUR)
    await house.airing.admit(hello(fresh["secret"]))
    house.clock.advance(3600)
    with pytest.raises(Unauthenticated):
        await house.airing.admit(hello(fresh["secret"]))
    both = {"expires_in": 3600, "expires_at": "2100-01-01T00:00:00Z"}
    status, refused = await ask("producer", "POST", path, both)
    assert (status, refused["errors"][0]["field"]) == (422, "expires_in")
    assert (await ask("producer", "POST", path, {"expires_in": 59}))[0] == 422


async def test_one_sees_ones_own_keys_and_a_manager_everybodys(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/keys"
    _, own = await ask("producer", "POST", path, {"name": "Mine"})
    _, others = await ask("owner", "POST", path, {"name": "Theirs"})
    assert [one["name"] for one in (await ask("producer", "GET", path))[1]["items"]] == ["Mine"]
    assert {one["name"] for one in (await ask("manager", "GET", path))[1]["items"]} == {"Mine", "Theirs"}
    assert (await ask("producer", "DELETE", f"/api/v1/keys/{others['id']}"))[0] == 404
    assert (await ask("manager", "DELETE", f"/api/v1/keys/{own['id']}"))[0] == 204
    assert (await ask("manager", "DELETE", f"/api/v1/keys/{own['id']}"))[0] == 204
    assert [fact.subject for fact in await house.facts("key.revoked")] == [own["id"]]
    _, log = await ask("manager", "GET", f"/api/v1/channels/{channel.id}/log")
    entries = [(one["action"], one["person"], one["key"]) for one in log["items"]]
    assert entries[0] == ("key.revoked", "manager", own["id"])
    assert ("key.created", "producer", own["id"]) in entries


async def test_a_key_may_run_out_but_not_before_it_is_made(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/keys"
    status, _ = await ask("producer", "POST", path, {"expires_at": iso(house.clock.now())})
    assert status == 422
    status, _ = await ask("producer", "POST", path, {"expires_at": "2030-01-01T00:00:00"})  # whose midnight?
    assert status == 422
    status, fresh = await ask("producer", "POST", path, {"expires_at": iso(house.clock.now() + HOUR)})
    assert (status, fresh["expires_at"]) == (201, iso(house.clock.now() + HOUR))


async def test_a_programme_is_planned_changed_and_put_on_standby(house: House, ask: Ask) -> None:
    channel = await house.channel(visibility=Visibility.ORGANIZATION)
    programmes = f"/api/v1/channels/{channel.id}/programmes"
    start = house.clock.now() + 2 * HOUR
    body = {"title": "Opening", "planned_start": iso(start), "planned_end": iso(start + HOUR), "language": "de"}
    status, made = await ask("producer", "POST", programmes, body)
    assert (status, made["state"], made["visibility"]) == (201, "planned", "organization")
    path = f"/api/v1/programmes/{made['id']}"
    _, changed = await ask("producer", "PATCH", path, {"planned_end": None, "visibility": "public"})
    assert (changed["planned_end"], changed["planned_start"], changed["title"]) == (None, iso(start), "Opening")
    status, refused = await ask("producer", "PATCH", path, {"planned_end": iso(start)})
    assert (status, refused["errors"][0]["field"]) == (422, "planned_end")
    _, standby = await ask("producer", "POST", f"{path}/standby")
    assert standby["state"] == "standby"
    assert (await ask("producer", "POST", f"{path}/standby"))[1] == standby
    status, _ = await ask("producer", "PATCH", path, {"planned_start": iso(start)})
    assert status == 409
    status, other = await ask("producer", "POST", programmes, {"title": "Another"})
    assert (status, "“Opening”" in other["detail"]) == (409, True)
    await house.key(channel, "secret")
    assert (await house.airing.admit(hello("secret"))).programme.id == made["id"]


async def test_without_an_hour_a_programme_stands_by_and_can_be_ended_before_it_began(house: House, ask: Ask) -> None:
    channel = await house.channel()
    _, made = await ask("producer", "POST", f"/api/v1/channels/{channel.id}/programmes", {"title": "Now"})
    assert made["state"] == "standby"
    path = f"/api/v1/programmes/{made['id']}"
    assert (await ask("", "GET", f"{path}/calendar"))[0] == 404
    _, ended = await ask("producer", "POST", f"{path}/end")
    assert (ended["state"], ended["production"]["ending"]) == ("ended", True)
    assert (await ask("producer", "POST", f"{path}/end"))[1] == ended
    assert (await ask("producer", "PATCH", path, {"title": "Later"}))[0] == 409
    assert (await ask("producer", "DELETE", path))[0] == 204
    assert (await ask("producer", "GET", path))[0] == 404


async def test_the_engine_is_told_what_the_producer_wants(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    path = f"/api/v1/programmes/{programme.id}"
    for to in ("slate", "slate", "backup", "auto"):
        _, cut = await ask("producer", "POST", f"{path}/cut", {"to": to})
        assert cut["production"]["wanted"] == to
    assert [fact.payload["wanted"] for fact in await house.facts("programme.cut")] == ["slate", "backup", "auto"]
    assert (await ask("producer", "DELETE", path))[0] == 409
    assert (await ask("owner", "DELETE", f"/api/v1/channels/{programme.channel_id}"))[0] == 409
    for _ in range(2):
        _, ending = await ask("producer", "POST", f"{path}/end")
        assert (ending["state"], ending["production"]["ending"]) == ("on_air", True)
    assert [fact.subject for fact in await house.facts("programme.end_wanted")] == [programme.id]
    await house.airing.ended(programme.id)
    assert (await ask("producer", "POST", f"{path}/cut", {"to": "slate"}))[0] == 409


async def test_markers_are_set_now_or_at_a_place_that_was(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    path = f"/api/v1/programmes/{programme.id}/markers"
    house.clock.advance(90)
    _, now = await ask("moderator", "POST", path, {"title": "Applause"})
    _, then = await ask("producer", "POST", path, {"title": "Curtain", "seconds": 12.5})
    assert (now["seconds"], then["seconds"]) == (90, 12.5)
    assert (await ask("producer", "POST", path, {"title": "Encore", "seconds": 91}))[0] == 422
    _, listed = await ask("moderator", "GET", path)
    assert [one["title"] for one in listed["items"]] == ["Curtain", "Applause"]
    assert (await ask("producer", "DELETE", f"{path}/{then['id']}"))[0] == 204
    assert (await ask("producer", "DELETE", f"{path}/{then['id']}"))[0] == 404
    assert [marker.title for marker in await house.airing.markers(programme.id)] == ["Applause"]
    await house.airing.ended(programme.id)
    assert (await ask("producer", "POST", path, {"title": "Too late"}))[0] == 409


async def test_a_post_with_a_key_is_done_once(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    path, key = f"/api/v1/programmes/{programme.id}/markers", {"Idempotency-Key": "once"}
    first = await ask("producer", "POST", path, {"title": "Applause"}, **key)
    assert await ask("producer", "POST", path, {"title": "Applause"}, **key) == first
    assert len(await house.airing.markers(programme.id)) == 1


async def test_health_comes_with_advice(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    path = f"/api/v1/programmes/{programme.id}/health"
    assert (await ask("producer", "GET", path))[1] == {"measured_at": None, "numbers": {}, "advice": []}
    await house.airing.measured(programme.id, {"keyframe_seconds": 8.0, "bitrate": 6_000_000, "codec": "h264"})
    _, health = await ask("producer", "GET", path)
    assert health["numbers"]["codec"] == "h264"
    assert [one["code"] for one in health["advice"]] == ["keyframes_far_apart"]
    assert "every 8.0 s" in health["advice"][0]["text"]


async def test_packets_lost_on_the_way_are_told_with_their_advice(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    await house.airing.measured(programme.id, {"seconds": 30.0, "lost": 12, "late": 3})
    _, health = await ask("producer", "GET", f"/api/v1/programmes/{programme.id}/health")
    assert (health["numbers"]["lost"], health["numbers"]["late"]) == (12, 3)
    assert [one["code"] for one in health["advice"]] == ["packets_lost"]
    assert [fact.payload["advice"] for fact in await house.facts("programme.health")] == [["packets_lost"]]


async def test_nothing_is_advised_about_the_first_moments_of_a_feed(house: House) -> None:
    programme = await house.on_air(await house.channel())
    for seconds, fps in ((0.4, 3.0), (1.4, 30.0), (2.4, 12.0), (3.4, 30.0)):
        await house.airing.measured(
            programme.id, {"seconds": seconds, "fps": fps, "bitrate": 90_000 + 900_000 * (fps > 20)}
        )
    assert not await house.facts("programme.health")
    await house.airing.measured(programme.id, {"seconds": 4.4, "fps": 12.0, "bitrate": 900_000})
    assert len(await house.facts("programme.health")) == 1


async def test_feeds_tell_who_came_and_why_they_left(house: House, ask: Ask) -> None:
    channel = await house.channel()
    programme = await house.on_air(channel)
    await house.airing.ended(programme.id)
    _, feeds = await ask("producer", "GET", f"/api/v1/programmes/{programme.id}/feeds")
    (feed,) = feeds["items"]
    assert (feed["protocol"], feed["address"], feed["software"]) == ("rtmp", "192.0.2.1", "OBS 31.0")
    assert feed["reason"] == "The programme ended."


async def test_lists_go_on_where_they_stopped(house: House, ask: Ask) -> None:
    channel = await house.channel()
    for number in range(5):
        await house.programme(channel, title=f"Night {number}", planned_start=house.clock.now() + number * HOUR)
    titles: list[str] = []
    cursor = ""
    for _ in range(3):
        _, page = await ask("", "GET", f"/api/v1/channels/{channel.id}/programmes?limit=2{cursor}")
        titles += [one["title"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert (titles, page["next"]) == ([f"Night {number}" for number in (4, 3, 2, 1, 0)], None)
    _, planned = await ask("", "GET", f"/api/v1/channels/{channel.id}/programmes?state=ended")
    assert planned["items"] == []


async def test_lists_hold_what_is_meant_to_be_found(house: House, ask: Ask) -> None:
    channel = await house.channel()
    for visibility in Visibility:
        await house.programme(channel, title=visibility.value, visibility=visibility)
    expected = {
        "": {"public"},
        "outsider": {"public", "signed_in"},
        "door": {"public", "signed_in", "organization"},
        "producer": set(Visibility),
    }
    for who, titles in expected.items():
        _, page = await ask(who, "GET", f"/api/v1/channels/{channel.id}/programmes")
        assert {one["title"] for one in page["items"]} == titles, who


async def test_changing_who_may_watch_is_told_to_those_who_could(house: House, ask: Ask) -> None:
    channel = await house.channel()
    programme = await house.programme(channel)
    await ask("producer", "PATCH", f"/api/v1/programmes/{programme.id}", {"visibility": "private"})
    await ask("producer", "PATCH", f"/api/v1/programmes/{programme.id}", {"title": "Hidden"})
    assert [fact.audience for fact in await house.facts("programme.changed")] == ["public", f"org:{ORG}"]
    assert (await house.airing.programme(programme.id)).state is ProgrammeState.PLANNED
