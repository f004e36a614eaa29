"""Templates are compiled once, and the compiled form is never in the way; what the next page is to say is kept."""

import base64
import json
from pathlib import Path

import aiohttp_jinja2
import pytest
from aiohttp import web

from novacast.i18n import Languages
from novacast.web.answers import Notice
from novacast.web.server import HERE
from novacast.web.static import StaticFiles
from novacast.web.templates import Templates, notice_cookie


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


def test_numbers_of_things_are_written_as_the_language_writes_them(folder: Path) -> None:
    page = '{{ ngettext("%(num)s left", "%(num)s left", n) }}, {{ ngettext("%(num)d day", "%(num)d days", n) }}, '
    (folder / "page.html").write_text(page + "{{ n | number }}")
    app = web.Application()
    Templates("The Lantern", StaticFiles(HERE / "static"), (folder,)).install(app)
    shown = {}
    for language in ("en", "de"):
        with Languages().speaking(language):
            shown[language] = aiohttp_jinja2.get_env(app).get_template("page.html").render(n=1234)
    assert shown["en"] == "1,234 left, 1234 days, 1,234"
    assert shown["de"].startswith("1.234 frei")
    assert shown["de"].endswith(", 1.234")


@pytest.mark.parametrize("word", ["x", '"', "ü", "🎭"])
def test_words_that_are_kept_for_the_next_page_fit_into_a_cookie(word: str) -> None:
    cookie = notice_cookie(Notice("bad", f"Nothing is called {word * 60_000}."))
    assert len(cookie.value) < 3_900
    short = notice_cookie(Notice("bad", f"Nothing is called {word}."))
    told = json.loads(base64.urlsafe_b64decode(short.value + "=" * (-len(short.value) % 4)))
    assert told == ["bad", f"Nothing is called {word}."]
