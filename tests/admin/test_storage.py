"""`novacast storage`, and `novacast video import` with folders."""

import json
import os
from pathlib import Path

import pytest

from tests.admin.commands import Novacast
from tests.admin.test_videos import clip, items, lantern

__all__ = ["clip", "lantern"]


def test_a_folder_comes_in_once_with_what_lies_beside(lantern: Novacast, clip: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    (films / "series" / "one").mkdir(parents=True)
    film = films / "series" / "one" / "film.mp4"
    film.write_bytes(clip.read_bytes())
    film.with_suffix(".de.srt").write_text("1\n00:00:00,100 --> 00:00:01,000\nGuten Tag\n")
    film.with_suffix(".fr.srt").write_text("not a subtitle")
    film.with_suffix(".info.json").write_text(
        json.dumps({"title": "Der Film", "tags": ["x"], "chapters": [{"start_time": 0, "title": "Anfang"}]})
    )
    (films / "twin.mp4").write_bytes(clip.read_bytes())
    (films / "notes.txt").write_text("milk")

    dry = lantern("video", "import", str(films), "--org", "lantern", "--dry-run", "--collections", "--json")
    assert dry.code == 0, dry.err
    planned = {Path(one["path"]).name: one for one in json.loads(dry.out)["planned"]}
    assert (planned["film.mp4"]["title"], planned["film.mp4"]["collection"]) == ("Der Film", "series / one")
    assert items(lantern("video", "list", "--json")) == []

    done = lantern(
        "video", "import", str(films / "series"), str(films), "--org", "lantern", "--collections", "--no-wait", "--json"
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [one["title"] for one in told["items"]] == ["Der Film"]
    assert [Path(one["path"]).name for one in told["skipped"]] == ["twin.mp4"]
    left = {(Path(one["path"]).name, one["what"]) for one in told["unmapped"]}
    assert left == {("film.info.json", "tags"), ("film.fr.srt", "subtitles"), ("notes.txt", "file")}

    again = json.loads(lantern("video", "import", str(films), "--org", "lantern", "--no-wait", "--json").out)
    assert (again["items"], len(again["skipped"])) == ([], 2)
    more = lantern("video", "import", str(film), "--org", "lantern", "--no-wait", "--again")
    assert more.code == 0
    assert len(items(lantern("video", "list", "--json"))) == 2


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_name_that_is_no_unicode_can_be_told(
    lantern: Novacast, clip: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    try:
        (films / os.fsdecode(b"caf\xe9.mp4")).write_bytes(clip.read_bytes())
    except OSError:
        pytest.skip("this file system takes no such name")
    done = lantern("video", "import", str(films), "--org", "lantern", "--dry-run", *how)
    assert done.code == 0, done.err
    assert r"caf\udce9.mp4" in done.out


def test_a_quota_is_set_shown_and_kept_to(lantern: Novacast, clip: Path) -> None:
    assert "without a bound" in lantern("storage", "quota", "lantern").err
    assert json.loads(lantern("storage", "quota", "lantern", "1kB", "--json").out)["quota"] == 1000
    refused = lantern("video", "import", str(clip), "--org", "lantern")
    assert refused.code == 75
    assert refused.err.strip().startswith("quota_reached: ")
    assert json.loads(lantern("storage", "show", "--json").out)["items"][0]["quota"] == 1000
    assert "lantern" in lantern("storage", "show").out
    assert json.loads(lantern("storage", "quota", "lantern", "default", "--json").out)["quota"] is None
    assert json.loads(lantern("storage", "quota", "lantern", "1.5GiB", "--json").out)["quota"] == 3 * 2**29


@pytest.mark.parametrize("size", ["much", "-5", "12XB", "1e9", ""])
def test_what_is_no_size_is_refused(lantern: Novacast, size: str) -> None:
    done = lantern("storage", "quota", "lantern", "--", size)
    assert done.code == (0 if not size else 65)


def test_a_forecast_is_made_of_a_file(lantern: Novacast, clip: Path) -> None:
    told = json.loads(lantern("storage", "forecast", str(clip), "--org", "lantern", "--json").out)
    assert told["original"] == clip.stat().st_size
    assert told["renditions"] > 0
    assert (told["seconds"], told["measured"]) == (None, False)
    assert "Time: not known yet" in lantern("storage", "forecast", str(clip), "--org", "lantern").err


def test_a_sweep_tells_what_is_there_and_is_too_young(lantern: Novacast, tmp_path: Path) -> None:
    clean = lantern("storage", "sweep")
    assert clean.code == 0, clean.err
    (tmp_path / "data" / "uploads" / "stray").write_text("x")
    told = lantern("storage", "sweep", "--apply", "--json")
    assert told.code == 0
    assert (json.loads(told.out)["items"], json.loads(told.out)["young"]) == ([], 1)
    assert (tmp_path / "data" / "uploads" / "stray").exists()
