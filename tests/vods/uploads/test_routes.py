"""tus 1.0.0 as its specification says, over real HTTP."""

import asyncio
import hashlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from io import BytesIO

import pytest
from aiohttp import ClientResponse, ClientSession

from novacast.vods.uploads.routes import CONTENT_TYPE, PATH
from tests.vods.conftest import House
from tests.waiting import until

TUS = {"Tus-Resumable": "1.0.0"}


def sha1(data: bytes) -> str:
    return "sha1 " + b64encode(hashlib.sha1(data).digest()).decode()


async def create(client: ClientSession, length: int, **headers: str) -> str:
    async with client.post(PATH, headers={**TUS, "Upload-Length": str(length), **headers}) as answer:
        assert answer.status == 201, await answer.text()
        assert answer.headers["Upload-Offset"] == "0"
        assert answer.headers["Upload-Expires"].endswith("GMT")
        return answer.headers["Location"]


async def send(client: ClientSession, url: str, offset: int, data: bytes, **headers: str) -> ClientResponse:
    all_headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": CONTENT_TYPE, **headers}
    async with client.patch(url, data=BytesIO(data), headers=all_headers) as answer:
        await answer.read()
        return answer


async def offset(client: ClientSession, url: str) -> int:
    async with client.head(url, headers=TUS) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])


async def test_options_tells_what_the_server_can_do_to_anyone(stranger: ClientSession) -> None:
    async with stranger.options(PATH) as answer:
        assert answer.status == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert set(answer.headers["Tus-Extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "checksum",
            "expiration",
            "termination",
        }
        assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
        assert answer.headers["Tus-Max-Size"] == "50000000"


async def test_a_file_goes_up_in_pieces_and_head_tells_each_offset(house: House, producer: ClientSession) -> None:
    metadata = "filename " + b64encode("Fünf.mp4".encode()).decode()
    url = await create(producer, 9, **{"Upload-Metadata": metadata})
    for at, piece in ((0, b"abc"), (3, b"def"), (6, b"ghi")):
        assert await offset(producer, url) == at
        answer = await send(producer, url, at, piece)
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(at + 3))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    async with producer.head(url, headers=TUS) as answer:
        assert (answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == ("9", "9")
        assert answer.headers["Upload-Metadata"] == metadata
    async with producer.get(f"/api/v1/videos/{url.rsplit('/', 1)[1]}") as answer:
        video = await answer.json()
    assert (video["title"], video["state"], video["visibility"]) == ("Fünf", "processing", "private")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Upload-Length": "5"}, 412),
        ("POST", {"Tus-Resumable": "0.2.2", "Upload-Length": "5"}, 412),
        ("POST", TUS, 400),
        ("POST", {**TUS, "Upload-Length": "-1"}, 400),
        ("POST", {**TUS, "Upload-Length": "1e3"}, 400),
        ("POST", {**TUS, "Upload-Length": "²"}, 400),
        ("POST", {**TUS, "Upload-Length": "9" * 30}, 400),
        ("POST", {**TUS, "Upload-Length": "0"}, 422),
        ("POST", {**TUS, "Upload-Length": "50000001"}, 413),
        ("POST", {**TUS, "Upload-Defer-Length": "1"}, 400),
        ("POST", {**TUS, "Upload-Length": "5", "Upload-Metadata": "filename %%%"}, 400),
        ("POST", {**TUS, "Upload-Length": "5", "Upload-Metadata": "organization b3JnMg=="}, 403),
    ],
)
async def test_a_creation_that_makes_no_sense_is_refused(
    producer: ClientSession, method: str, headers: Mapping[str, str], status: int
) -> None:
    async with producer.request(method, PATH, headers=headers) as answer:
        assert (answer.status, answer.headers["Tus-Resumable"]) == (status, "1.0.0")
        assert (await answer.json())["status"] == status
        assert ("Tus-Version" in answer.headers) == (status == 412)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "1"}, 409),
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": ""}, 400),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Tus-Resumable": "2.0.0"}, 412),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 AAAA"}, 400),
        ({"Upload-Checksum": sha1(b"xyz")}, 460),
    ],
)
async def test_a_patch_that_does_not_fit_is_refused_and_moves_nothing(
    producer: ClientSession, headers: Mapping[str, str], status: int
) -> None:
    url = await create(producer, 9)
    answer = await send(producer, url, 0, b"abc", **headers)
    assert (answer.status, answer.headers["Tus-Resumable"]) == (status, "1.0.0")
    assert await offset(producer, url) == 0


async def test_a_right_checksum_passes(producer: ClientSession) -> None:
    url = await create(producer, 9)
    assert (await send(producer, url, 0, b"abc", **{"Upload-Checksum": sha1(b"abc")})).status == 204


async def test_more_than_announced_is_refused(producer: ClientSession) -> None:
    url = await create(producer, 3)
    assert (await send(producer, url, 0, b"abcd")).status == 413


async def test_first_bytes_may_come_with_the_creation(producer: ClientSession) -> None:
    headers = {**TUS, "Upload-Length": "6", "Content-Type": CONTENT_TYPE, "Upload-Checksum": sha1(b"abc")}
    async with producer.post(PATH, data=b"abc", headers=headers) as answer:
        assert (answer.status, answer.headers["Upload-Offset"]) == (201, "3")
        url = answer.headers["Location"]
    assert (await send(producer, url, 3, b"def")).headers["Upload-Offset"] == "6"


async def test_a_creation_whose_first_bytes_are_refused_leaves_nothing(house: House, producer: ClientSession) -> None:
    for data, checksum, status in ((b"abc", sha1(b"xyz"), 460), (b"abcdefgh", sha1(b"abcdefgh"), 413)):
        headers = {**TUS, "Upload-Length": "6", "Content-Type": CONTENT_TYPE, "Upload-Checksum": checksum}
        async with producer.post(PATH, data=data, headers=headers) as answer:
            assert answer.status == status
    async with producer.get(PATH) as answer:
        assert (await answer.json())["items"] == []
    assert not list(house.data.uploads.iterdir())


async def test_a_terminated_upload_is_gone(house: House, producer: ClientSession) -> None:
    url = await create(producer, 9)
    await send(producer, url, 0, b"abc")
    async with producer.delete(url, headers=TUS) as answer:
        assert (answer.status, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    async with producer.head(url, headers=TUS) as answer:
        assert answer.status == 404
    assert not list(house.data.uploads.iterdir())


async def test_a_client_that_has_no_patch_says_what_it_means(producer: ClientSession) -> None:
    url = await create(producer, 9)
    headers = {**TUS, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": CONTENT_TYPE}
    async with producer.post(url, data=b"abc", headers=headers) as answer:
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, "3")
    async with producer.post(url, headers=TUS) as answer:
        assert answer.status == 400
    async with producer.post(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}) as answer:
        assert answer.status == 204


async def test_nobody_reaches_an_upload_that_is_not_theirs(
    address: str, producer: ClientSession, stranger: ClientSession
) -> None:
    url = await create(producer, 9)
    async with stranger.head(url, headers=TUS) as answer:
        assert answer.status == 401
    async with ClientSession(address, headers={"Authorization": "Bearer owner"}) as other:
        assert (await send(other, url, 0, b"abc")).status == 404
        async with other.head(url, headers=TUS) as answer:
            assert answer.status == 404
    async with (
        ClientSession(address, headers={"Authorization": "Bearer door"}) as other,
        other.post(PATH, headers={**TUS, "Upload-Length": "5"}) as answer,
    ):
        assert answer.status == 403


async def test_unfinished_uploads_are_listed_with_their_offset(producer: ClientSession) -> None:
    url = await create(producer, 9, **{"Upload-Metadata": "filename " + b64encode(b"film.mp4").decode()})
    await send(producer, url, 0, b"abc")
    async with producer.get(PATH) as answer:
        (one,) = (await answer.json())["items"]
    assert (one["url"], one["offset"], one["length"], one["filename"]) == (url, 3, 9, "film.mp4")


async def test_a_connection_that_breaks_in_the_middle_loses_no_byte_that_arrived(
    house: House, producer: ClientSession
) -> None:
    url = await create(producer, 3_000_000)
    upload_id = url.rsplit("/", 1)[1]
    sent = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b"a" * 1_500_000
        sent.set()
        await asyncio.Event().wait()

    headers = {**TUS, "Upload-Offset": "0", "Content-Type": CONTENT_TYPE}
    request = asyncio.ensure_future(producer.patch(url, data=half(), headers=headers))
    await sent.wait()
    arrival = house.folders.arrival(upload_id)
    # A broken connection may lose what lies in it.
    await until(lambda: arrival.exists() and arrival.stat().st_size > 0)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    at = await offset(producer, url)
    assert 0 < at <= 1_500_000
    assert house.folders.arrival(upload_id).stat().st_size == at
    assert (await send(producer, url, at, b"a" * (3_000_000 - at))).status == 204
    assert house.folders.arrival(upload_id).read_bytes() == b"a" * 3_000_000


async def test_a_refusal_is_a_problem_document(producer: ClientSession) -> None:
    async with producer.post(PATH, headers={**TUS, "Upload-Length": "0"}) as answer:
        assert answer.content_type == "application/problem+json"
        problem = json.loads(await answer.text())
    assert "empty" in problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-ID"]
