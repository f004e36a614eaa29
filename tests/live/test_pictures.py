"""Pictures of channels and programmes: brought, made safe, seen, removed."""

import os
import struct
import zlib

import pytest
from aiohttp import ClientSession

from novacast.folder import DataFolder
from novacast.live.pictures.models import picture_file, pictures_folder
from novacast.live.programmes.models import Changes
from novacast.live.recording.still import STILL
from novacast.visibility import Visibility
from tests.live.conftest import PRODUCER, House

DAY = 86_400


def png(width: int = 64, height: int = 36) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80\x20\x40" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def put(session: ClientSession, who: str, path: str, data: bytes) -> int:
    headers = {"Authorization": f"Bearer {who}", "Content-Type": "image/png"}
    async with session.put(path, data=data, headers=headers) as response:
        return response.status


async def test_what_is_no_picture_and_who_may_not_bring_one_is_refused(
    house: House, address: str, folder: DataFolder
) -> None:
    channel = await house.channel()
    programme = await house.programme(channel)
    slate, poster = f"/api/v1/channels/{channel.id}/slate", f"/api/v1/programmes/{programme.id}/poster"
    async with ClientSession(address) as session:
        assert await put(session, "producer", slate, png()) == 403
        assert await put(session, "door", poster, png()) == 403
        assert await put(session, "owner", slate, b"no picture at all, whatever it is called") == 415
        assert await put(session, "producer", poster, b"") == 415
    assert list(pictures_folder(folder).iterdir()) == []


@pytest.mark.slow
async def test_pictures_are_brought_made_anew_seen_and_removed(house: House, address: str, folder: DataFolder) -> None:
    channel = await house.channel(visibility=Visibility.ORGANIZATION)
    programme = await house.programme(channel)
    slate, poster = f"/api/v1/channels/{channel.id}/slate", f"/api/v1/programmes/{programme.id}/poster"
    async with ClientSession(address) as session:
        assert await put(session, "owner", slate, png()[:60]) == 415
        assert await put(session, "owner", slate, png()) == 200
        assert await put(session, "producer", poster, png()) == 200
        for who, status in (("door", 200), ("outsider", 404), ("", 401)):
            given = {"Authorization": f"Bearer {who}"} if who else {}
            async with session.get(slate, headers=given) as response:
                assert response.status == status
                if status == 200:
                    assert (await response.read()).startswith(b"\xff\xd8\xff")
        kept = (await house.airing.channel(channel.id)).slate
        assert kept is not None
        assert {path.name for path in pictures_folder(folder).iterdir()} >= {f"{kept}.jpg"}
        assert not [path for path in pictures_folder(folder).iterdir() if path.name.startswith(".")]
        async with session.delete(slate, headers={"Authorization": "Bearer owner"}) as response:
            assert response.status == 204
        async with session.get(slate, headers={"Authorization": "Bearer owner"}) as response:
            assert response.status == 404
    old = house.clock.now() / 1_000_000 - DAY - 1
    for path in pictures_folder(folder).iterdir():
        os.utime(path, (old, old))
    assert await house.own.pictures.sweep() == 1
    assert not picture_file(folder, kept).exists()
    assert (await house.airing.programme(programme.id)).poster is not None


async def test_a_still_of_what_is_on_is_shown_to_those_who_may_watch_and_to_nobody_else(
    house: House, address: str, folder: DataFolder
) -> None:
    channel = await house.channel()
    programme = await house.on_air(channel)
    path = f"/api/v1/programmes/{programme.id}/still"
    lying = folder.live / programme.id / STILL

    async def seen(who: str) -> int:
        given = {"Authorization": f"Bearer {who}"} if who else {}
        async with session.get(path, headers=given) as response:
            return response.status

    async with ClientSession(address) as session:
        assert await seen("") == 404
        lying.parent.mkdir(parents=True)
        lying.write_bytes(b"\xff\xd8 a picture")
        assert await seen("") == 200
        async with session.get(f"/channels/{channel.id}", headers={"Accept": "text/html"}) as response:
            assert f"{path}?picture=" in await response.text()
        await house.own.programmes.edit(PRODUCER, programme.id, Changes(visibility=Visibility.PRIVATE))
        assert [await seen(who) for who in ("", "guest", "outsider", "producer")] == [404, 404, 404, 200]
        async with session.get(f"/channels/{channel.id}", headers={"Accept": "text/html"}) as response:
            assert path not in await response.text()
        await house.airing.ended(programme.id)
        assert await seen("producer") == 404
