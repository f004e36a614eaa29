"""Values set in a settings file that a person wrote."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import BadSettings
from novacast.settings.edit import edited, set_in_file

VALUES = {"certificate": "/keys/server.pem", "key": "/keys/server.pem"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        'data = "/srv"',
        "[tls]\n",
        "[tls]",
        "  [ tls ]  # https\n\tkey='old' # mine\n",
        '[tls]\n#certificate = ""\n#key = ""\n[log]\nlevel = "info"\n',
        '[log]\nlevel = "info"\n\n[server]\nport = 1\n',
        '[server]\ntrusted_proxies = [\n  "10.0.0.1",\n]\n[tls]\nkey = "a"\ncertificate = "b"\n',
        '[tls]\r\nkey = "a"\r\n[log]\r\nlevel = "info"\r\n',
    ],
)
def test_only_the_values_change(text: str) -> None:
    changed = edited(text, "tls", VALUES)
    assert changed is not None
    assert edited(changed, "tls", VALUES) == changed
    before, after = tomllib.loads(text), tomllib.loads(changed)
    assert after.pop("tls") == VALUES
    before.pop("tls", None)
    assert before == after
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("# ")]
    assert all(comment in changed for comment in comments)


@pytest.mark.parametrize(
    "text",
    [
        'tls = {key = "a"}',
        'tls.key = "a"',
        'data = """\n[tls]\n"""\n',
        "tls = 1",
        "[[tls]]\n",
        "[tls\n",
        "[tls]\nkey = '''\na'''",
    ],
)
def test_what_can_not_be_changed_safely_is_left_alone_and_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=r'yourself:\ncertificate = "/keys/server.pem"'):
        set_in_file(path, "tls", VALUES)
    assert path.read_text() == text


def test_a_missing_file_is_made_for_its_owner_alone_and_a_given_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    assert set_in_file(path, "tls", VALUES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    assert set_in_file(path, "tls", {**VALUES, "key": "/other.pem"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


def test_a_file_that_can_not_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(BadSettings, match=r"config\.toml can't be changed"):
        set_in_file(tmp_path / "config.toml", "tls", VALUES)


@given(st.text())
def test_any_value_arrives_as_it_was_given(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    changed = edited("[log]\n", "tls", {"key": value})
    assert changed is not None
    assert tomllib.loads(changed)["tls"]["key"] == value
