"""The wrong, the huge, the slow, the half: each is refused clearly, and the server goes on."""

import asyncio
import json
from typing import Any

import pytest

from novacast.web.problems import MOST_FIELDS
from tests.waiting import until
from tests.web.house import WITHIN, House, Open

JSON = {"Content-Type": "application/json"}


async def post(house: House, data: bytes, **headers: str) -> tuple[int, Any]:
    return await house.json("POST", "/api/v1/things", data=data, headers={**JSON, **headers})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b'{"title": "x",}', 400, "malformed"),
        (b'{"title": "x"} trailing', 400, "malformed"),
        (b'{"title": "a", "title": "b"}', 400, "malformed"),
        (b'{"title": "x", "size": NaN}', 400, "malformed"),
        (b'{"title": "x", "size": Infinity}', 400, "malformed"),
        (b'{"title": "\xff"}', 400, "malformed"),
        (b"\xef\xbb\xbf{}", 400, "malformed"),
        (b"[" * 40 + b"]" * 40, 400, "malformed"),
        (b"[" * 200_000, 400, "malformed"),
        (b'{"a":' * 100_000, 400, "malformed"),
        (b'{"size": ' + b"9" * 5000 + b"}", 400, "malformed"),
        (b"null", 422, "invalid_input"),
        (b"[]", 422, "invalid_input"),
        (b"{}", 422, "invalid_input"),
        (b'{"title": 7}', 422, "invalid_input"),
        (b'{"title": "x", "size": "3"}', 422, "invalid_input"),
        (b'{"title": "x", "size": 3.5}', 422, "invalid_input"),
        (b'{"title": "x", "size": 1e400}', 400, "malformed"),
        (b'{"title": "x", "size": 1e30}', 422, "invalid_input"),
        (b'{"title": "x", "size": true}', 422, "invalid_input"),
        (b'{"title": "x", "size": 11}', 422, "invalid_input"),
        (b'{"title": "x", "size": 99999999999999999999}', 422, "invalid_input"),
        (b'{"title": "x", "color": 1}', 422, "invalid_input"),
        (b'{"title": "x", "tags": ["a", 1]}', 422, "invalid_input"),
        (b'{"title": "x", "kind": "huge"}', 422, "invalid_input"),
        (b'{"title": "a\\u0000b"}', 422, "invalid_input"),
        (b'{"title": "\\ud800"}', 422, "invalid_input"),
        (b'{"title": "' + b"x" * 51 + b'"}', 422, "invalid_input"),
    ],
)
async def test_what_is_no_such_thing_is_refused_and_nothing_made(
    house: House, body: bytes, status: int, code: str
) -> None:
    got, problem = await post(house, body)
    assert (got, problem["code"]) == (status, code)
    assert await house.log.titles() == []


async def test_a_whole_number_may_be_written_with_a_point(house: House) -> None:
    assert (await post(house, b'{"title": "x", "size": 5.0}'))[0] == 201


async def test_of_endless_wrong_fields_only_those_that_are_told_are_looked_at(house: House) -> None:
    endless = json.dumps({f"field{number}": 1 for number in range(50_000)}).encode()
    status, problem = await post(house, endless)
    assert (status, len(problem["errors"])) == (422, MOST_FIELDS)


async def test_refused_fields_are_named_and_their_values_not_repeated(house: House) -> None:
    body = {"title": "x", "tags": ["a", {"password": "hunter2"}], "colour": "hunter2"}
    _, problem = await post(house, json.dumps(body).encode())
    assert {error["field"] for error in problem["errors"]} == {"tags.1", "colour"}
    assert {error["code"] for error in problem["errors"]} == {"string_type", "extra_forbidden"}
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
async def test_a_wrong_content_type_is_refused(house: House, kind: str) -> None:
    status, problem = await house.json("POST", "/api/v1/things", data=b"{}", headers={"Content-Type": kind})
    assert (status, problem["code"]) == (415, "unsupported_media")


async def test_a_compressed_body_is_refused_before_it_is_unpacked(house: House) -> None:
    status, problem = await post(house, b"\x1f\x8b" + b"0" * 100, **{"Content-Encoding": "gzip"})
    assert (status, problem["code"]) == (415, "unsupported_media")


async def test_ten_megabytes_are_refused_by_their_announcement(house: House) -> None:
    head = (
        b"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nContent-Type: application/json\r\n"
        b"Content-Length: 10485760\r\nExpect: 100-continue\r\n\r\n"
    )
    reader, _ = await house.raw(head)
    async with asyncio.timeout(WITHIN):
        assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"


async def test_a_body_that_fits_is_asked_for(house: House) -> None:
    head = (
        b"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nContent-Type: application/json\r\n"
        b"Content-Length: 15\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await house.raw(head)
    async with asyncio.timeout(WITHIN):
        assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        writer.write(b'{"title": "yes"}'[:15])
        assert b"400" in await reader.read(), "one byte short of an object"


async def test_ten_megabytes_without_announcement_are_refused_while_they_come(house: House) -> None:
    async def endless() -> Any:
        for _ in range(160):
            yield b"[" + b" " * 65_535

    status, problem = await house.json("POST", "/api/v1/things", data=endless(), headers=JSON)
    assert (status, problem["code"]) == (413, "too_large")


async def test_a_stream_may_be_larger_than_a_body(house: House) -> None:
    async with house.ask("PATCH", "/api/v1/uploads/u", None, data=b"x" * 3_000_000) as response:
        assert response.headers["Upload-Offset"] == "3000000"
    status, problem = await house.json("PATCH", "/api/v1/uploads/u", None, data=b"x" * 9_000_000)
    assert (status, problem["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/v1/things", "/api/v1/uploads/u"])
async def test_a_body_that_stops_coming_is_given_up(open_house: Open, path: str) -> None:
    house = await open_house(body_seconds=0.2)
    method = "PATCH" if "uploads" in path else "POST"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nContent-Type: application/json\r\n"
    reader, writer = await house.raw(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    async with asyncio.timeout(WITHIN):
        line = await reader.readline()
    assert line.split()[1] == (b"400" if "uploads" in path else b"408")
    writer.close()


async def test_a_body_that_trickles_is_given_up_as_well(open_house: Open) -> None:
    house = await open_house(body_seconds=0.5)
    head = b"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nContent-Type: application/json\r\n"
    reader, writer = await house.raw(head + b"Content-Length: 100000\r\n\r\n")

    async def trickle() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async with asyncio.timeout(WITHIN):
        drip = asyncio.ensure_future(trickle())
        line = await reader.readline()
        drip.cancel()
    assert line.split()[1] == b"408"


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_head_that_never_ends_is_cut(open_house: Open, sent: bytes) -> None:
    house = await open_house(header_seconds=0.3)
    reader, writer = await house.raw(sent)

    async def trickle() -> None:
        while True:
            writer.write(b"a" if sent else b"")
            await asyncio.sleep(0.02)

    async with asyncio.timeout(WITHIN):
        drip = asyncio.ensure_future(trickle())
        try:
            assert await reader.read() == b""
        except ConnectionResetError:
            pass  # our drips crossed the server's end of the connection
        finally:
            drip.cancel()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"40"),
        (b"BREW /pot HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"40"),
    ],
)
async def test_what_is_no_proper_http_gets_a_short_no(house: House, sent: bytes, status: bytes) -> None:
    answer = await house.told(sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1."), head
    assert head.split()[1].startswith(status), head
    assert json.loads(body)["code"] in ("malformed", "head_too_large", "not_found", "method_not_allowed")
    assert b"aaaa" not in body


async def test_a_refusal_of_bytes_leaves_no_traceback_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.told(b"GET / HTTP/9.9.9\r\n\r\n")
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_hangs_up_in_the_middle_of_a_body_is_no_error_of_ours(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nContent-Type: application/json\r\n"
    _reader, writer = await house.raw(head + b"Content-Length: 100\r\n\r\n{")
    writer.transport.abort()
    gone = {"method": "POST", "route": "/api/v1/things", "status": "499"}
    await until(lambda: house.metrics.value("novacast_http_requests_total", **gone) == 1)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_more_connections_than_allowed_are_turned_away(open_house: Open) -> None:
    house = await open_house(max_connections=3)
    held = [await house.raw(b"GET /api/v1/waits HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(3)]
    await asyncio.wait_for(house.demo.entered.wait(), WITHIN)
    assert b" 503 " in await house.told(b"")
    held[0][1].close()
    await held[0][1].wait_closed()

    async def has_room() -> bytes:
        while b" 503 " in (
            answer := await house.told(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        ):
            pass
        return answer

    assert b" 401 " in await asyncio.wait_for(has_room(), WITHIN)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=5", 200),
        ("", 200),
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=five", 422),
        ("limit=", 422),
        ("limit=5&limit=6", 422),
        ("limit=" + "9" * 4000, 422),
        ("colour=red", 422),
        ("cursor=%00", 422),
        ("cursor=%ff", 400),
        ("&".join(f"a{n}=1" for n in range(501)), 400),
    ],
)
async def test_queries_are_held_to_their_model(house: House, query: str, status: int) -> None:
    answer = await house.told(f"GET /api/v1/things?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] == str(status).encode(), answer


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, b"email=a%40b&remember=on&next=", 303),
        (FORM, b"email=a%40b", 303),
        (FORM, b"email=nobody", 422),
        (FORM, b"", 422),
        (FORM, b"email=a%40b&email=c", 422),
        (FORM, b"email=a%40b&admin=1", 422),
        (FORM, b"email=a%40b&remember=perhaps", 422),
        (FORM, b"email=%ff", 400),
        (FORM, b"email=\xff", 400),
        (FORM, b"email=" + b"x" * 1_100_000, 413),
        (MULTIPART, part("email", b"a@b") + b"--b--\r\n", 303),
        (MULTIPART, part("email", b"a@b", '; filename="x"') + b"--b--\r\n", 422),
        (MULTIPART, part("email", b"\xff") + b"--b--\r\n", 400),
        (MULTIPART, part("email", b"x" * 1_040_000) + part("next", b"y" * 9000) + b"--b--\r\n", 413),
        (MULTIPART, part("email", b"a@b"), 400),
        (MULTIPART, b"nonsense", 400),
        ("multipart/form-data", b"x", 400),
        ("application/json", b"{}", 415),
    ],
)
async def test_forms_are_held_to_their_model(house: House, kind: str, body: bytes, status: int) -> None:
    async with house.ask("POST", "/login", None, data=body, headers={"Content-Type": kind}) as response:
        assert response.status == status, await response.text()
