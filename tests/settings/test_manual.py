"""The manual is made from the settings, so it can't lie; these tests hold it to that."""

import re
import tomllib
from pathlib import Path

from novacast.settings import Settings, entries, load, manual, replace

ROOT = Path(__file__).parents[2]


def uncommented() -> str:
    return re.sub(r"(?m)^#(?=\w+ = )", "", manual.example())


def test_the_example_in_the_repository_is_the_one_the_settings_make() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == manual.example()


def test_the_example_names_every_setting_once() -> None:
    tree = tomllib.loads(uncommented())
    named = {
        f"{name}.{key}" if isinstance(value, dict) else name
        for name, value in tree.items()
        for key in (value if isinstance(value, dict) else [""])
    }
    assert named == {key for key, _, _ in entries()}


def test_the_example_with_every_line_uncommented_is_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(uncommented(), encoding="utf-8")
    environ = {"HOME": "/nowhere"}
    assert load(file, environ) == load(environ=environ)


def test_the_example_as_it_stands_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(manual.example(), encoding="utf-8")
    assert load(file, {"HOME": "/nowhere"}) == load(environ={"HOME": "/nowhere"})


def test_the_reference_names_every_setting_and_variable() -> None:
    page = manual.reference()
    for key, _, _ in entries():
        assert f"`NOVACAST_{key.replace('.', '_').upper()}`" in page


def test_secrets_are_masked_when_shown() -> None:
    settings = replace(Settings(), "mail.password", "correct horse")
    rows = {row.key: row for row in manual.shown(settings)}
    assert rows["mail.password"].value == manual.MASK
    assert rows["mail.password"].changed
    assert not rows["mail.host"].changed
    assert "correct horse" not in repr(rows)


def test_every_setting_has_a_sentence() -> None:
    for key, item, _ in entries():
        assert item.metadata["doc"].endswith((".", ";")), key
