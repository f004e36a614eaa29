"""Emotes as an organization brings them and rooms show them: made anew, on one sheet, with names that come and go."""

import io
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from struct import pack, unpack_from
from typing import Any

import pytest

from novacast.chat.emotes.models import KEPT
from novacast.media.miniatures import COLUMNS, SIDE, sheet
from tests.chat.world import ORG, World
from tests.fakes.clock import FakeClock
from tests.waiting import until

EMOTES = f"/api/v1/organizations/{ORG}/emotes"
RED, BLUE = b"\xff\0\0\xff", b"\0\0\xff\xff"
BAR = b'{"not": "a picture"}'


@dataclass(frozen=True)
class Someone:
    person_id: str


def picture(colour: bytes = RED, side: int = SIDE) -> bytes:
    """A PNG of one colour, of which every pixel is known."""
    body = zlib.compress((b"\0" + colour * side) * side)
    header = pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"tEXt", b"Comment\0made at home"), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and lines of a PNG that `sheet` wrote."""
    width, height = unpack_from(">II", png, 16)
    length = unpack_from(">I", png, 33)[0]
    raw = zlib.decompress(png[41 : 41 + length])
    stride = 1 + 4 * width
    return width, height, [raw[at + 1 : at + stride] for at in range(0, len(raw), stride)]


WEBP = ("-c:v", "libwebp_anim", "-lossless", "1")


@pytest.fixture(params=["gif", pytest.param("webp", marks=pytest.mark.slow)])
def moving(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """A picture of five frames."""
    program, target = shutil.which("ffmpeg"), tmp_path / f"a.{request.param}"
    if program is None:
        pytest.skip("FFmpeg is missing: install the package ffmpeg")
    drawn = ("-f", "lavfi", "-i", "testsrc=s=40x20:r=10:d=0.5", *(WEBP if request.param == "webp" else ()), str(target))
    subprocess.run([program, "-v", "error", *drawn], check=True, timeout=30)
    return target.read_bytes()


async def bring(world: World, name: str, data: bytes, who: str = "owner") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {who}"}
    address = f"{world.url}{EMOTES}?name={name}"
    async with world.client.post(address, data=io.BytesIO(data), headers=headers) as response:
        return response.status, await response.json()


async def fetched(world: World, path: str) -> tuple[int, dict[str, str], bytes]:
    async with world.client.get(world.url + path) as response:
        return response.status, dict(response.headers), await response.read()


async def of_room(world: World) -> dict[str, Any]:
    status, body = await world.ask("", "GET", "ROOM/emotes")
    assert status == 200
    return dict(body)


async def test_a_picture_becomes_a_cell_of_one_sheet_and_nothing_of_its_file_is_served(world: World) -> None:
    assert (await of_room(world))["sheet"] is None
    for name, colour in (("rot", RED), ("blau", BLUE)):
        assert (await bring(world, name, picture(colour)))[0] == 201
    found = await of_room(world)
    assert [(one["name"], one["cell"], one["moving"]) for one in found["items"]] == [
        ("blau", 0, None),
        ("rot", 1, None),
    ]
    status, headers, png = await fetched(world, found["sheet"])
    assert status == 200
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Type"] == "image/png"
    assert b"made at home" not in png
    width, height, lines = pixels(png)
    assert (width, height) == (2 * SIDE, SIDE)
    assert lines[5] == BLUE * SIDE + RED * SIDE


async def test_another_set_of_emotes_has_another_address(world: World) -> None:
    await bring(world, "rot", picture(RED))
    before = (await of_room(world))["sheet"]
    await bring(world, "blau", picture(BLUE))
    after = (await of_room(world))["sheet"]
    assert before != after
    assert (await fetched(world, after))[0] == 200
    assert (await fetched(world, before))[0] == 404


async def test_what_moves_goes_on_moving_and_has_a_still_beside_it(world: World, moving: bytes) -> None:
    assert (await bring(world, "applaus", moving))[1]["moves"] is True
    one = (await of_room(world))["items"][0]
    status, headers, png = await fetched(world, one["moving"])
    assert status == 200
    assert "immutable" in headers["Cache-Control"]
    at = png.index(b"acTL")
    assert unpack_from(">I", png, at + 4)[0] == 5
    assert unpack_from(">II", png, 16) == (SIDE, SIDE)


async def test_what_is_no_picture_or_unfolds_to_too_much_is_refused(world: World) -> None:
    bomb = picture(RED, 2100)
    assert len(bomb) < 100_000
    webp = b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x3f\0\0\x3f\0\0"
    for data in (BAR, b"", b"#EXTM3U\nfile:///etc/passwd", b"GIF89a" + bytes(40), webp, bomb, picture()[:60]):
        status, body = await bring(world, "kaputt", data)
        assert (status, body["code"]) == (415, "unsupported_media"), data[:20]
    assert (await bring(world, "kaputt", bytes(1024**2 + 1)))[0] == 413
    assert (await of_room(world))["items"] == []


async def test_only_owners_and_managers_look_after_emotes(world: World) -> None:
    for who, status in (("anna", 404), ("producer", 403)):
        assert (await bring(world, "rot", picture(), who))[0] == status
        assert (await world.ask(who, "GET", EMOTES))[0] == status


@pytest.mark.slow
async def test_names_are_plain_and_each_is_there_once(world: World) -> None:
    for name in ("a", "x" * 33, "w%C3%B6rt", "two+words"):
        assert (await bring(world, name, picture()))[0] == 422
    assert (await bring(world, ":Rot:", picture()))[1]["name"] == "rot"
    assert (await bring(world, "rot", picture()))[0] == 409


async def test_an_emote_is_renamed_removed_and_brought_back(world: World, clock: FakeClock) -> None:
    made = (await bring(world, "rot", picture()))[1]
    place = f"{EMOTES}/{made['id']}"
    assert (await world.ask("owner", "PATCH", place, {"name": "rouge"}))[1]["name"] == "rouge"
    for _ in range(2):
        assert (await world.ask("owner", "DELETE", place))[0] == 204
    assert (await of_room(world))["items"] == []
    assert [one["name"] for one in (await world.ask("owner", "GET", EMOTES))[1]["removed"]] == ["rouge"]
    assert (await world.ask("owner", "PATCH", place, {"removed": False}))[0] == 200
    assert [one["name"] for one in (await of_room(world))["items"]] == ["rouge"]
    await world.ask("owner", "DELETE", place)
    await bring(world, "rouge", picture())
    assert (await world.ask("owner", "PATCH", place, {"removed": False}))[0] == 409
    clock.advance(KEPT + 1)
    await world.chat.emotes.sweep()
    assert (await world.ask("owner", "PATCH", place, {"removed": False}))[0] == 404


@pytest.mark.slow
async def test_one_reacts_with_emotes_that_are_there(world: World) -> None:
    await bring(world, "rot", picture())
    said = await world.say("anna", "Look: :rot:")
    assert said["body"] == ["Look: ", ["e", "rot"]]
    async with world.inside("ben") as ben:
        done = await ben.does(type="react", message=said["id"], reaction=":rot:")
        assert done["message"]["reactions"] == {":rot:": 1}
        refused = await ben.does(type="react", message=said["id"], reaction=":blau:")
        assert refused["code"] == "invalid_input"


async def test_an_organization_takes_its_emotes_along(world: World) -> None:
    await bring(world, "rot", picture())
    await world.emit("organization.deleted", ORG)

    async def gone() -> bool:
        return (await of_room(world))["items"] == []

    await until(gone)


@pytest.mark.slow
async def test_who_is_erased_leaves_the_emotes_without_the_name(world: World) -> None:
    await bring(world, "rot", picture())
    held = await world.chat.emote_personal.export(Someone("owner"))
    assert [one["name"] for one in held["added"]] == ["rot"]
    assert [one["action"] for one in held["done"]] == ["emote.added"]
    await world.db.write(lambda tx: world.chat.emote_personal.erase(tx, Someone("owner")))
    assert await world.chat.emote_personal.export(Someone("owner")) == {"added": [], "done": []}
    assert [one["name"] for one in (await of_room(world))["items"]] == ["rot"]


def test_a_sheet_has_rows_of_cells_and_what_is_left_is_clear() -> None:
    width, height, lines = pixels(sheet([RED * SIDE * SIDE] * (COLUMNS + 1)))
    assert (width, height) == (COLUMNS * SIDE, 2 * SIDE)
    assert lines[SIDE] == RED * SIDE + bytes(4 * SIDE * (COLUMNS - 1))
