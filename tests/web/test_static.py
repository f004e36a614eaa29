"""Static files: under names that change with them, and never more than there is."""

from pathlib import Path

import pytest

from novacast.web.server import HERE
from novacast.web.static import StaticFiles
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
