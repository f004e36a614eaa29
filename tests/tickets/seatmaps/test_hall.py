"""A performance's map over HTTP: the drawing, what has become of its seats, advice, and seats that are kept back."""

from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from novacast.errors import Conflict, Forbidden
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.events.models import EventChanges, NewItem
from novacast.tickets.holds.models import LonelySeat
from novacast.tickets.models import ItemKind
from novacast.tickets.seatmaps.examples import playhouse
from tests.tickets.box import ADA, DOOR, GUEST, OUTSIDER, OWNER, SELLER, Box, hall, seat
from tests.tickets.serving import Served, serving

FREE, HELD, SOLD, BLOCKED = range(4)


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


def path(served: Served) -> str:
    return f"/performances/{served.box.night.id}"


async def marks(served: Served) -> dict[str, int]:
    """What the snapshot says of each seat, read as a browser reads it."""
    drawing = (await served.ask("GET", f"{path(served)}/hall")).json
    states = (await served.ask("GET", f"{path(served)}/seats/states")).json
    assert drawing["tag"] == states["tag"]
    ids = [id_ for line in drawing["lines"] for id_ in line["ids"]]
    packed = b64decode(states["states"])
    assert len(packed) == (len(ids) + 3) // 4
    return {id_: packed[place >> 2] >> (place & 3) * 2 & 3 for place, id_ in enumerate(ids)}


async def test_a_snapshot_says_in_two_bits_what_became_of_each_seat(served: Served) -> None:
    box = served.box
    await box.seated(seat("A", 1), seat("A", 2))
    await box.bought(await box.seated(seat("B", 5)))
    await box.own.halls.block(SELLER, box.night.id, [seat("B", 9)], "for the critic", blocked=True)
    found = await marks(served)
    assert {id_: mark for id_, mark in found.items() if mark} == {
        seat("A", 1): HELD,
        seat("A", 2): HELD,
        seat("B", 5): SOLD,
        seat("B", 9): BLOCKED,
    }
    box.clock.advance(601)
    assert (await marks(served))[seat("A", 1)] == FREE, "what is overdue is free, though nobody has freed it yet"


async def test_facts_behind_a_snapshot_are_those_that_are_not_in_it(served: Served) -> None:
    box = served.box
    await box.seated(seat("A", 1), seat("A", 2))
    seq = (await served.ask("GET", f"{path(served)}/seats/states")).json["seq"]
    await box.seated(seat("A", 5))
    facts = await box.facts("stock.changed")
    assert [fact.payload["seats"] for fact in facts if fact.seq > seq] == [[seat("A", 5)]]
    assert [fact.payload["seats"] for fact in facts if fact.seq <= seq] == [[seat("A", 1), seat("A", 2)]]


async def test_a_drawing_is_sent_once(served: Served) -> None:
    url = f"{served.url}/api/v1{path(served)}/hall"
    async with served.client.get(url) as first:
        tag = first.headers["ETag"]
        assert first.headers["Content-Encoding"] == "gzip"
    async with served.client.get(url, headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    await served.box.own.halls.block(SELLER, served.box.night.id, [seat("A", 1)], "", blocked=True)
    async with served.client.get(url, headers={"If-None-Match": tag}) as same:
        assert same.status == 304, "a seat that is kept back is no other drawing"


async def test_prices_are_those_of_each_category_with_the_fee(served: Served) -> None:
    states = (await served.ask("GET", f"{path(served)}/seats/states")).json
    assert states["items"] == [{"id": served.box.seats.id, "name": "Seat", "most": 20, "prices": {"": 2050}}]
    assert (states["currency"], states["most"]) == ("EUR", 20)


async def test_the_best_seats_come_with_their_reason(served: Served) -> None:
    best = f"{path(served)}/seats/best?count="
    found = (await served.ask("GET", f"{best}2")).json
    assert [one["id"] for one in found["seats"]] == [seat("A", 5), seat("A", 6)]
    assert found["said"].startswith("Row A of Stalls is the best with 2 free side by side")
    assert "Nowhere are 11 seats side by side" in (await served.ask("GET", f"{best}11")).json["said"]
    assert (await served.ask("GET", f"{best}21")).status == 409
    assert (await served.ask("GET", f"{best}0")).status == 422


async def test_a_choice_that_would_be_refused_is_explained_with_the_nearest_that_is_not(served: Served) -> None:
    async def check(*ids: str) -> Any:
        return (await served.ask("GET", f"{path(served)}/seats/check?seats={','.join(ids)}")).json

    good = await check(seat("A", 5), seat("A", 6))
    assert (good["said"], good["seats"]) == ("", [])
    alone = await check(seat("B", 2), seat("B", 3))
    assert [one["id"] for one in alone["lonely"]] == [seat("B", 1)]
    assert [one["id"] for one in alone["seats"]] == [seat("B", 3), seat("B", 4)]
    with pytest.raises(LonelySeat, match="or Stalls B 3, Stalls B 4"):
        await served.box.seated(seat("B", 2), seat("B", 3))
    await served.box.seated(seat("B", 5), seat("B", 6))
    taken = await check(seat("B", 6))
    assert [one["id"] for one in taken["taken"]] == [seat("B", 6)]
    assert [one["id"] for one in taken["seats"]] == [seat("B", 7)]
    assert (await served.ask("GET", f"{path(served)}/seats/check?seats=Nowhere")).status == 422


async def test_nobody_who_needs_a_place_for_a_wheelchair_is_refused_for_the_seat_beside_it(box: Box) -> None:
    row = [{"number": str(n), "kind": kind} for n, kind in enumerate(("wheelchair", "companion", "normal", "normal"))]
    document = {"sections": [*hall("AB")["sections"], {"name": "Back", "rows": [{"name": "R", "seats": row}]}]}  # type: ignore[misc]  # a test's loose document
    assert box.night.map_id is not None
    await box.own.seat_maps.change(OWNER, box.night.map_id, "Hall", document)
    await box.own.seat_maps.apply(OWNER, box.night.id, box.night.map_id, only_look=False)
    await box.seated("Back/R/0")


async def test_a_seat_that_is_kept_back_is_sold_to_nobody_until_it_is_given_free(box: Box) -> None:
    halls, night, place = box.own.halls, box.night.id, [seat("A", 5)]
    await halls.block(SELLER, night, place, "sound desk", blocked=True)
    assert await box.left(box.seats) == 19
    with pytest.raises(Exception, match="no such seats"):
        await box.seated(*place)
    occupants, kept = await halls.occupied(SELLER, night)
    assert (occupants, kept) == ([], {seat("A", 5): "sound desk"})
    await box.own.seat_maps.apply(OWNER, night, box.night.map_id or "", only_look=False)
    assert await box.left(box.seats) == 19, "another version of the map gives nothing free"
    await halls.block(SELLER, night, place, "", blocked=False)
    await box.seated(*place)
    with pytest.raises(Conflict, match="Somebody has one of these"):
        await halls.block(SELLER, night, place, "", blocked=True)
    assert [one.payload["blocked"] for one in await box.facts("seats.blocked")] == [True, False]
    await box.clean()


async def test_who_sits_where_is_for_those_who_see_orders(box: Box) -> None:
    receipt = await box.bought(await box.seated(seat("A", 5)))
    await box.seated(seat("B", 1), seat("B", 2))
    occupants, _ = await box.own.halls.occupied(SELLER, box.night.id)
    assert {one.seat_id: (one.state, one.buyer) for one in occupants} == {
        seat("A", 5): ("sold", "Ada"),
        seat("B", 1): ("held", ""),
        seat("B", 2): ("held", ""),
    }
    assert receipt.order.code in {one.code for one in occupants}
    with pytest.raises(Forbidden):
        await box.own.halls.occupied(DOOR, box.night.id)


async def test_what_is_not_published_is_no_strangers_to_look_at_or_to_hear_of(served: Served) -> None:
    halls, night = served.box.own.halls, served.box.night.id
    assert [await halls.may_look(who, night) for who in (GUEST, ADA, OWNER)] == [True] * 3
    await served.box.own.events.edit(OWNER, served.box.night.event_id, EventChanges(published=False))
    assert [await halls.may_look(who, night) for who in (GUEST, OUTSIDER, OWNER)] == [False, False, True]
    for place in ("hall", "seats/states", "seats/best?count=1", "seats/check?seats=x"):
        assert (await served.ask("GET", f"{path(served)}/{place}")).status == 404, place


async def test_a_performance_keeps_the_drawing_of_the_version_it_has(served: Served) -> None:
    maps, night = served.box.own.seat_maps, served.box.night
    assert night.map_id is not None
    tag = (await served.ask("GET", f"{path(served)}/hall")).json["tag"]
    await maps.change(OWNER, night.map_id, "Hall", playhouse())
    assert (await served.ask("GET", f"{path(served)}/hall")).json["tag"] == tag
    await maps.apply(OWNER, night.id, night.map_id, only_look=False)
    drawing = (await served.ask("GET", f"{path(served)}/hall")).json
    assert (drawing["seats"], drawing["stage"]["name"]) == (300, "Stage")
    assert set((await marks(served)).values()) == {FREE}


async def test_a_code_shows_on_the_map_what_it_saves_and_opens(served: Served) -> None:
    box = served.box
    hidden = NewItem("Friends", ItemKind.SEATED, True, 500, hidden=True)
    friends = await box.own.performances.add_item(OWNER, box.night.id, hidden, [])
    given = {"percent_bp": 5000, "opens_hidden": True}
    await box.own.codes.create(OWNER, box.night.event_id, CodeChanges(frozenset(given), code="HALF", **given))
    states = f"{path(served)}/seats/states"
    assert [one["prices"] for one in (await served.ask("GET", states)).json["items"]] == [{"": 2050}]
    coded = (await served.ask("GET", f"{states}?code=half")).json["items"]
    assert {one["id"]: one["prices"][""] for one in coded} == {box.seats.id: 1050, friends.id: 250}
    assert (await served.ask("GET", f"{states}?code=none")).status == 422
