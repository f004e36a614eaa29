"""The shapes of answers: ranges, conditions, methods, origins, and the ways that lead nowhere."""

import asyncio
import json
import os
from email.utils import formatdate
from pathlib import Path

import pytest

from novacast.identity import ANONYMOUS
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.world import FILM, PLAYLIST, SEGMENT, World, opened, parsed

SEG = "v360/seg1.m4s"
SIZE = len(SEGMENT)


@pytest.fixture
async def base(world: World) -> str:
    return await world.session(ANONYMOUS)


@pytest.mark.parametrize(
    ("name", "kind", "caching"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl", "private, no-cache"),
        ("v360/index.m3u8", "application/vnd.apple.mpegurl", "private, no-cache"),
        (SEG, "video/iso.segment", "private, max-age=604800, immutable"),
        ("v360/init.mp4", "video/mp4", "private, max-age=604800, immutable"),
        ("storyboard.vtt", "text/vtt; charset=utf-8", "private, no-cache"),
        ("sprites/1.jpg", "image/jpeg", "private, max-age=604800, immutable"),
        ("poster.png", "image/png", "private, max-age=604800, immutable"),
    ],
)
async def test_every_kind_of_file_has_its_type_and_its_caching(
    world: World, base: str, name: str, kind: str, caching: str
) -> None:
    world.put(name, b"content")
    answer = await world.get(f"{base}/{name}")
    assert (answer.status, answer.body) == (200, b"content")
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == caching
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"
    assert {"etag", "last-modified", "date", "content-length"} <= set(answer.headers)


RANGES = [
    ("bytes=0-99", 206, (0, 99)),
    ("bytes=0-0", 206, (0, 0)),
    ("bytes=100-", 206, (100, SIZE - 1)),
    ("bytes=-1", 206, (SIZE - 1, SIZE - 1)),
    (f"bytes=-{SIZE * 2}", 206, (0, SIZE - 1)),
    (f"bytes=0-{SIZE * 5}", 206, (0, SIZE - 1)),
    (f"bytes={SIZE - 1}-", 206, (SIZE - 1, SIZE - 1)),
    ("BYTES=5-6", 206, (5, 6)),
    (f"bytes={SIZE}-", 416, None),
    ("bytes=-0", 416, None),
    ("bytes=99999999999999-", 416, None),
    ("bytes=0-1,5-6", 200, None),
    ("bytes=9-5", 200, None),
    ("bytes=-", 200, None),
    ("bytes=a-b", 200, None),
    ("bytes=0x0-0x5", 200, None),
    ("bytes=--5", 200, None),
    ("bytes=" + "9" * 5000 + "-", 200, None),
    ("seconds=0-5", 200, None),
    ("", 200, None),
]


@pytest.mark.parametrize("held", [True, False], ids=["from memory", "from disk"])
async def test_ranges_give_exactly_their_bytes(tmp_path: Path, clock: FakeClock, held: bool) -> None:
    settings = Playback(cache_bytes=4 * 1024**2 if held else 0)
    async with opened(World(tmp_path, clock, settings)) as world:
        base = await world.session(ANONYMOUS)
        for asked, status, span in RANGES:
            answer = await world.get(f"{base}/{SEG}", Range=asked)
            assert answer.status == status, asked
            if span is not None:
                assert answer.body == SEGMENT[span[0] : span[1] + 1], asked
                assert answer.headers["content-range"] == f"bytes {span[0]}-{span[1]}/{SIZE}"
            elif status == 416:
                assert answer.headers["content-range"] == f"bytes */{SIZE}"
                assert json.loads(answer.body)["code"] == "range_not_satisfiable"
            else:
                assert answer.body == SEGMENT, asked
            assert int(answer.headers["content-length"]) == len(answer.body)
        assert bool(world.cache.stats.hits) is held


async def test_conditions_are_weighed_in_the_order_of_the_standard(world: World, base: str) -> None:
    seen = await world.get(f"{base}/{SEG}")
    tag, date = seen.headers["etag"], seen.headers["last-modified"]
    old, new = formatdate(0, usegmt=True), formatdate(4_000_000_000, usegmt=True)
    table: list[tuple[dict[str, str], int]] = [
        ({"If_None_Match": tag}, 304),
        ({"If_None_Match": f"W/{tag}"}, 304),
        ({"If_None_Match": f'"other", {tag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": new}, 200),
        ({"If_None_Match": "broken " * 1000}, 200),
        ({"If_Modified_Since": date}, 304),
        ({"If_Modified_Since": new}, 304),
        ({"If_Modified_Since": old}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_Match": tag}, 200),
        ({"If_Match": f"W/{tag}"}, 412),
        ({"If_Match": '"other"'}, 412),
        ({"If_Unmodified_Since": old}, 412),
        ({"If_Unmodified_Since": new}, 200),
        ({"Range": "bytes=0-9", "If_Range": tag}, 206),
        ({"Range": "bytes=0-9", "If_Range": f"W/{tag}"}, 200),
        ({"Range": "bytes=0-9", "If_Range": '"other"'}, 200),
        ({"Range": "bytes=0-9", "If_Range": date}, 206),
        ({"Range": "bytes=0-9", "If_Range": new}, 200),
        ({"Range": "bytes=0-9", "If_None_Match": tag}, 304),
        ({"Range": f"bytes={SIZE}-", "If_Match": '"other"'}, 412),
    ]
    for headers, status in table:
        answer = await world.get(f"{base}/{SEG}", **headers)
        assert answer.status == status, headers
        if status == 304:
            assert answer.body == b""
            assert answer.headers["etag"] == tag
            assert "content-length" not in answer.headers


@pytest.mark.parametrize("cache_bytes", [0, 4 * 1024**2])
async def test_head_says_what_get_would_without_a_body(tmp_path: Path, clock: FakeClock, cache_bytes: int) -> None:
    async with opened(World(tmp_path, clock, Playback(cache_bytes=cache_bytes))) as world:
        base = await world.session(ANONYMOUS)
        full, head = await world.get(f"{base}/{SEG}"), await world.get(f"{base}/{SEG}", "HEAD")
        assert (head.status, head.body, head.headers) == (200, b"", full.headers)
        assert (await world.get(f"{base}/{SEG}", "HEAD", Range="bytes=0-1")).status == 200
        missing = await world.get(f"{base}/no.m4s", "HEAD")
        assert (missing.status, missing.body) == (404, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_media_is_read_and_never_written(world: World, base: str, method: str) -> None:
    answer = await world.get(f"{base}/{SEG}", method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


TRAVERSALS = [
    "../secret.m4s",
    "../../world.db",
    "v360/../../secret.m4s",
    "..%2fsecret.m4s",
    "%2e%2e/secret.m4s",
    "%252e%252e%252fsecret.m4s",
    "..%5csecret.m4s",
    "..\\secret.m4s",
    "v360\\seg1.m4s",
    "v360%2fseg1.m4s",
    "v360/%73eg1.m4s",
    "v360/seg1.m4s%00",
    "v360/seg1.m4s%00.jpg",
    "v360/seg1.m4s/",
    "v360//seg1.m4s",
    "/v360/seg1.m4s",
    "./v360/seg1.m4s",
    "v360/./seg1.m4s",
    ".hidden.m4s",
    ".work/seg1.m4s",
    "v360.part/seg1.m4s",
    "tmp/seg1.m4s",
    "_work/seg1.m4s",
    "v360/seg1.part.m4s",
    "v360/seg1.m4s.part",
    "notes.txt",
    "script.py",
    "source.mkv",
    "movie.M4S",
    "noextension",
    "v360",
    "v360/",
    "",
    "%c0%ae%c0%ae/secret.m4s",
    "v360/seg1.m4s;x=1",
    "link.m4s",
    "linked/seg1.m4s",
    "loop.m4s",
    "pipe.m4s",
    "folder.m4s",
    "a/b/c/d/e/deep.m4s",
    "x" * 300 + ".m4s",
    "v360/" * 50 + "seg1.m4s",
]


async def test_no_spelling_leads_to_anything_but_a_viewers_file(world: World, base: str) -> None:
    outside = world.root / "media" / "secret.m4s"
    outside.write_bytes(b"secret")
    for name in (".hidden.m4s", ".work/seg1.m4s", "v360.part/seg1.m4s", "tmp/seg1.m4s", "_work/seg1.m4s"):
        world.put(name, b"secret")
    for name in ("v360/seg1.part.m4s", "v360/seg1.m4s.part", "notes.txt", "script.py", "source.mkv", "movie.M4S"):
        world.put(name, b"secret")
    world.put("a/b/c/d/e/deep.m4s", b"secret")
    (world.folder / "link.m4s").symlink_to(outside)
    (world.folder / "linked").symlink_to(world.folder / "v360")
    (world.folder / "loop.m4s").symlink_to(world.folder / "loop.m4s")
    os.mkfifo(world.folder / "pipe.m4s")
    (world.folder / "folder.m4s").mkdir()
    assert (await world.get(f"{base}/{SEG}")).status == 200
    for name in TRAVERSALS:
        answer = await world.get(f"{base}/{name}")
        assert answer.status == 404, name
        assert b"secret" not in answer.body
    assert len(world.cache) == 1


@pytest.mark.parametrize(
    "target",
    [
        "/media",
        "/media/",
        "/media/film/master.m3u8",
        f"/media/{FILM}/master.m3u8",
        f"/media//{FILM}/master.m3u8",
        f"/media/open/{FILM}/master.m3u8",
        "/media/open/x/../master.m3u8",
        "//media/film/v360/seg1.m4s",
        "/%6dedia/film/master.m3u8",
        "/media/film",
    ],
)
async def test_no_media_folder_is_reachable_without_a_session(world: World, target: str) -> None:
    answer = await world.get(target)
    assert answer.status in (401, 404)
    assert PLAYLIST not in answer.body


async def test_a_folder_whose_own_path_has_a_link_is_served(world: World, base: str, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    world.folder.rename(moved)
    world.folder.symlink_to(moved)
    assert (await world.get(f"{base}/{SEG}")).body == SEGMENT


async def test_a_query_does_not_matter(world: World, base: str) -> None:
    assert (await world.get(f"{base}/{SEG}?_HLS_msn=3&x=/../")).body == SEGMENT


async def test_a_refusal_never_repeats_the_viewers_secret(world: World, base: str) -> None:
    answer = await world.get(f"{base}/nothing.m4s")
    problem = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(problem)
    assert base.split("/")[2] not in answer.body.decode()


async def test_other_sites_may_play_only_by_setting(tmp_path: Path, clock: FakeClock) -> None:
    friend, stranger = "https://friend.example", "https://stranger.example"
    async with opened(World(tmp_path, clock, Playback(), origins=(friend,))) as world:
        base = await world.session(ANONYMOUS)
        for target in (f"{base}/{SEG}", f"{base}/nothing.m4s"):
            allowed = await world.get(target, Origin=friend)
            assert allowed.headers["access-control-allow-origin"] == friend
            assert "Content-Range" in allowed.headers["access-control-expose-headers"]
            assert allowed.headers["vary"] == "Origin"
            refused = await world.get(target, Origin=stranger)
            assert "access-control-allow-origin" not in refused.headers
            assert refused.headers["vary"] == "Origin"
        before = await world.get(f"{base}/{SEG}", "OPTIONS", Origin=friend, Access_Control_Request_Method="GET")
        assert before.status == 204
        assert before.headers["access-control-allow-origin"] == friend
        assert "Range" in before.headers["access-control-allow-headers"]
        assert "access-control-allow-origin" not in (await world.get(base, "OPTIONS", Origin=stranger)).headers


async def test_without_the_setting_no_other_site_may_play(world: World, base: str) -> None:
    answer = await world.get(f"{base}/{SEG}", Origin="https://friend.example")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_every_origin_may_play_where_the_setting_says_so(tmp_path: Path, clock: FakeClock) -> None:
    async with opened(World(tmp_path, clock, Playback(), origins=("*",))) as world:
        answer = await world.get(f"{await world.session(ANONYMOUS)}/{SEG}", Origin="https://any.example")
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_one_connection_carries_many_answers(world: World, base: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    targets = [f"{base}/{SEG}", f"{base}/no.m4s", f"{base}/master.m3u8", f"{base}/{SEG}"]
    writer.write("".join(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n" for target in targets).encode())
    got = []
    async with asyncio.timeout(10):
        for _ in targets:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(parsed(head).headers["content-length"])
            got.append((parsed(head).status, await reader.readexactly(length)))
    assert [status for status, _ in got] == [200, 404, 200, 200]
    assert (got[0][1], got[2][1], got[3][1]) == (SEGMENT, PLAYLIST, SEGMENT)
    writer.close()


@pytest.mark.parametrize(
    ("version", "asked", "said", "stays"),
    [
        ("1.1", None, None, True),
        ("1.1", "close", "close", False),
        ("1.0", None, "close", False),
        ("1.0", "keep-alive", "keep-alive", True),
    ],
)
async def test_connections_stay_open_as_both_versions_of_http_say(
    world: World, base: str, version: str, asked: str | None, said: str | None, stays: bool
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    line = f"Connection: {asked}\r\n" if asked else ""
    request = f"GET {base}/master.m3u8 HTTP/{version}\r\nHost: x\r\n{line}\r\n".encode()
    writer.write(request)
    async with asyncio.timeout(10):
        answer = parsed(await reader.readuntil(b"\r\n\r\n"))
        assert answer.headers.get("connection") == said
        assert await reader.readexactly(len(PLAYLIST)) == PLAYLIST
        if stays:
            writer.write(request)
            assert parsed(await reader.readuntil(b"\r\n\r\n")).status == 200
        else:
            assert await reader.read() == b""
    writer.close()


async def test_a_request_with_a_body_does_not_confuse_the_one_behind_it(world: World, base: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    target = f"{base}/master.m3u8"
    again = f"GET {target} HTTP/1.1\r\nHost: x\r\n"
    writer.write(f"{again}Content-Length: 5\r\n\r\nhello{again}\r\n".encode())
    async with asyncio.timeout(10):
        for _ in range(2):
            assert parsed(await reader.readuntil(b"\r\n\r\n")).status == 200
            await reader.readexactly(len(PLAYLIST))
    writer.close()
