"""Static files: under names that change with them, and never more than there is."""

import gzip
from pathlib import Path

import pytest

from novacast.web.server import HERE
from novacast.web.static import WORTH, StaticFiles, takes_gzip
from tests.web.house import House

STYLE = "css/novacast.css"


async def test_a_versioned_file_may_be_kept_forever(house: House) -> None:
    url = StaticFiles(HERE / "static").url(STYLE)
    async with house.ask("GET", url, None) as response:
        assert response.status == 200
        assert response.content_type == "text/css"
        assert "immutable" in response.headers["Cache-Control"]
        assert await response.read() == (HERE / "static" / STYLE).read_bytes()
        etag = response.headers["ETag"]
    async with house.ask("GET", url, None, headers={"If-None-Match": etag}) as response:
        assert response.status == 304


async def test_texts_are_sent_small_to_who_can_read_that(house: House) -> None:
    files, plain = StaticFiles(HERE / "static"), (HERE / "static" / STYLE).read_bytes()
    url, raw = files.url(STYLE), {"auto_decompress": False}
    tags = set()
    for asked, coding in (("gzip, br", "gzip"), ("GZip;q=0.5", "gzip"), ("gzip;q=0, *", None), ("identity", None)):
        async with house.ask("GET", url, None, headers={"Accept-Encoding": asked}) as response:
            assert response.status == 200
            assert response.headers.get("Content-Encoding") == coding
            assert response.headers["Vary"] == "Accept-Encoding"
            assert await response.read() == plain
            length, tag = int(response.headers["Content-Length"]), response.headers["ETag"]
            assert length < len(plain) / 2 if coding else length == len(plain)
        tags.add((coding, tag))
        again = {"Accept-Encoding": asked, "If-None-Match": f'"other", W/{tag}'}
        async with house.ask("GET", url, None, headers=again, **raw) as response:
            assert (response.status, response.headers["ETag"], response.headers["Vary"]) == (
                304,
                tag,
                "Accept-Encoding",
            )
            assert await response.read() == b""
    assert len({tag for _, tag in tags}) == len(tags) == 2, "each coding is a thing of its own to a cache"


async def test_the_small_form_is_the_same_each_time(house: House) -> None:
    url = StaticFiles(HERE / "static").url(STYLE)
    answers = [
        await house.told(
            f"{method} {url} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
        )
        for method in ("GET", "GET", "HEAD")
    ]
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers]
    assert bodies[0] == bodies[1]
    assert gzip.decompress(bodies[0]) == (HERE / "static" / STYLE).read_bytes()
    assert bodies[2] == b""
    assert f"Content-Length: {len(bodies[0])}".encode() in answers[2]


async def test_pictures_fonts_and_trifles_are_sent_as_they_are(house: House) -> None:
    files = StaticFiles(HERE / "static")
    small = next(path for path in (HERE / "static" / "img").iterdir() if path.stat().st_size < WORTH)
    for name in (f"img/{small.name}", "vendor/figtree/figtree-latin-wght-normal.woff2"):
        async with house.ask("GET", files.url(name), None, headers={"Accept-Encoding": "gzip"}) as response:
            assert response.status == 200
            assert "Content-Encoding" not in response.headers
            assert "Vary" not in response.headers


@pytest.mark.parametrize(
    ("accepted", "gzip_is_taken"),
    [("gzip", True), ("*", True), ("*;q=0.1, identity", True), ("br;q=1.0, gzip;q=0.001", True), ("deflate,gzip", True),
     ("", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.000,*", False), ("*;q=0", False), ("gzip;q=x", False),
     ("gzip;q=nan", False), (";;,,=;q", False), ("xgzip", False)],
)  # fmt: skip
def test_what_is_accepted_is_read_as_it_is_written(accepted: str, gzip_is_taken: bool) -> None:
    assert takes_gzip(accepted) is gzip_is_taken


@pytest.mark.parametrize("path", [f"/static/{STYLE}", f"/static/0123456789ab/{STYLE}"])
async def test_an_old_or_lasting_address_is_asked_for_again(house: House, path: str) -> None:
    async with house.ask("GET", path, None) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static/css/../../server.py",
     "/static//etc/passwd", "/static/%2Fetc%2Fpasswd", "/static/css", "/static/", "/static/css%00/novacast.css",
     "/static/..\\server.py", "/static/nothing.css", "/static/css/novacast.css/"],
)  # fmt: skip
async def test_nothing_else_is_reachable(house: House, path: str) -> None:
    answer = await house.told(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in (b"404", b"400")
    assert b"asyncio" not in answer


def test_links_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / ".venv" / "static"
    folder.mkdir(parents=True)
    (folder / "a.js").write_text("1")
    (folder / ".env").write_text("secret")
    (folder / "link.js").symlink_to("/etc/passwd")
    files = StaticFiles(folder)
    assert files.url("a.js").endswith("/a.js")
    for name in (".env", "link.js"):
        with pytest.raises(LookupError):
            files.url(name)


def test_a_change_anywhere_changes_every_address(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("import './b.js'")
    (tmp_path / "b.js").write_text("1")
    before = StaticFiles(tmp_path).url("a.js")
    (tmp_path / "b.js").write_text("2")
    assert StaticFiles(tmp_path).url("a.js") != before
