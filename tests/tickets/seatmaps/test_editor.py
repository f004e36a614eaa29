"""Drafts that lose nothing, and maps that are published while they are sold."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from novacast.tickets.seatmaps.examples import playhouse
from tests.tickets.box import GUEST, ORG, Box, hall, seat
from tests.tickets.serving import Served, serving


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


def path(served: Served) -> str:
    return f"/seat-maps/{served.box.night.map_id}"


def wish(document: Any, **more: Any) -> Any:
    return {"name": "Hall", "base": 1, **document, **more}


async def test_a_sketch_is_drawn_and_kept_nowhere(served: Served) -> None:
    found = await served.ask("POST", "/seat-map-sketches", {"document": playhouse()}, who="owner")
    assert (found.status, found.json["hall"]["seats"]) == (200, 300)
    empty = await served.ask("POST", "/seat-map-sketches", {"document": {"sections": []}}, who="owner")
    assert empty.json["hall"]["seats"] == 0
    table = await served.ask("POST", "/seat-map-sketches", {"csv": "section,row,number\nS,A,1\n"}, who="owner")
    assert table.json["document"]["sections"][0]["rows"][0]["seats"][0]["number"] == "1"
    assert (await served.ask("POST", "/seat-map-sketches", {}, who="owner")).status == 422
    assert (await served.ask("POST", "/seat-map-sketches", {"document": playhouse()})).status == 401
    maps = await served.ask("GET", f"/organizations/{ORG}/seat-maps", who="owner")
    assert len(maps.json["items"]) == 1


async def test_a_draft_is_kept_and_changes_nothing_that_is_sold(served: Served) -> None:
    draft = f"{path(served)}/draft"
    assert (await served.ask("GET", draft, who="owner")).status == 404
    kept = await served.ask("PUT", draft, wish({"format": 2, "sections": []}), who="owner")
    assert kept.status == 200, kept.body
    await served.ask("PUT", draft, wish(playhouse()), who="owner")
    found = (await served.ask("GET", draft, who="owner")).json
    assert (found["base"], len(found["document"]["sections"])) == (1, 2)
    assert await served.box.left(served.box.seats) == 20
    assert (await served.ask("DELETE", draft, who="owner")).status == 204
    assert (await served.ask("GET", draft, who="owner")).status == 404
    for who, status in (("", 401), ("seller", 403), ("outsider", 404)):
        assert (await served.ask("PUT", draft, wish(playhouse()), who=who)).status == status


async def test_publishing_shows_what_it_does_to_sold_seats_and_loses_none(served: Served) -> None:
    box, publication = served.box, f"{path(served)}/publication"
    await box.bought(await box.seated(seat("B", 10)))
    await box.seated(seat("A", 1), seat("A", 2))
    smaller = wish(hall("AB", 8), performances=[box.night.id])
    looked = await served.ask("POST", publication, smaller | {"only_look": True}, who="owner")
    [effect] = looked.json["effects"]
    assert (effect["event"], effect["difference"]["lost"]) == ("Hamlet", [seat("B", 10)])
    refused = await served.ask("POST", publication, smaller, who="owner")
    assert (refused.status, seat("B", 10) in refused.json["detail"]) == (409, True)
    assert (await served.ask("GET", path(served), who="owner")).json["map"]["version"] == 1, "all of it or nothing"

    renamed = {"sections": [{"name": "Parquet", "key": "Stalls", "rows": hall()["sections"][0]["rows"]}]}  # type: ignore[index]  # a loose document
    good = wish(renamed, performances=[box.night.id])
    await served.ask("PUT", f"{path(served)}/draft", wish(renamed), who="owner")
    made = await served.ask("POST", publication, good, who="owner", key="once")
    again = await served.ask("POST", publication, good, who="owner", key="once")
    assert (made.status, made.json) == (200, again.json)
    assert made.json["version"] == 2
    assert sorted(made.json["effects"][0]["difference"]["touched"]) == [seat("A", 1), seat("A", 2), seat("B", 10)]
    assert (await served.ask("GET", f"{path(served)}/draft", who="owner")).status == 404, (
        "what is published is no draft"
    )
    late = await served.ask("POST", publication, good, who="owner", key="late")
    assert (late.status, "version 2" in late.json["detail"]) == (409, True)
    taken = {one.seat.label for one in (await box.own.seat_maps.seats(GUEST, box.night.id, 0))[1] if one.state}
    assert taken == {"Parquet A 1", "Parquet A 2", "Parquet B 10"}
    await box.clean()


async def test_a_performance_that_is_not_named_keeps_the_version_it_has(served: Served) -> None:
    box = served.box
    made = await served.ask("POST", f"{path(served)}/publication", wish(hall("ABC")), who="owner")
    assert (made.json["version"], made.json["effects"]) == (2, [])
    assert await box.left(box.seats) == 20
    foreign = wish(hall("ABC"), base=2, performances=["another"])
    assert (await served.ask("POST", f"{path(served)}/publication", foreign, who="owner")).status == 422


async def test_a_map_is_exported_as_a_table(served: Served) -> None:
    table = await served.ask("GET", f"{path(served)}/seats.csv", who="owner")
    lines = table.body.decode().splitlines()
    assert (table.headers["Content-Type"], len(lines)) == ("text/csv; charset=utf-8", 21)
