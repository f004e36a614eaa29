"""Templates are compiled once, and the compiled form is never in the way."""

from pathlib import Path

import aiohttp_jinja2
import pytest
from aiohttp import web

from novacast.web.server import HERE
from novacast.web.static import StaticFiles
from novacast.web.templates import Templates


def rendered(folder: Path, cache: Path | None) -> str:
    """By an environment of its own, as after a start."""
    app = web.Application()
    Templates("The Lantern", StaticFiles(HERE / "static"), (folder,), cache).install(app)
    return aiohttp_jinja2.get_env(app).get_template("page.html").render(name="<b>")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text("Hello {{ name }}")
    return folder


def test_compiled_templates_outlive_a_start_until_their_text_changes(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    assert rendered(folder, cache) == "Hello &lt;b&gt;"
    [kept] = cache.iterdir()
    before = kept.stat().st_mtime_ns
    assert rendered(folder, cache) == "Hello &lt;b&gt;"
    assert kept.stat().st_mtime_ns == before
    (folder / "page.html").write_text("Good evening {{ name }}")
    assert rendered(folder, cache) == "Good evening &lt;b&gt;"


def test_a_damaged_or_missing_cache_is_an_empty_one(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert rendered(folder, cache) == "Hello &lt;b&gt;"
    cache.mkdir()
    rendered(folder, cache)
    [kept] = cache.iterdir()
    for harm in (b"", b"nonsense", kept.read_bytes()[:-5]):
        kept.write_bytes(harm)
        assert rendered(folder, cache) == "Hello &lt;b&gt;"
    kept.unlink()
    kept.mkdir()
    assert rendered(folder, cache) == "Hello &lt;b&gt;"
