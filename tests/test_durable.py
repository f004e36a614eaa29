"""Small files that are whole or not there."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from novacast import durable


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_that_is_replaced_is_the_new_one_with_its_mode_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    for data, mode in ((b"one", 0o600), (b"two", 0o644)):
        durable.replaced(path, data, mode)
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == mode
    assert names(tmp_path) == ["ring"]


def test_what_can_not_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    durable.replaced(path, b"one")
    with pytest.raises(TypeError):
        durable.replaced(path, "no bytes")  # type: ignore[arg-type]  # what breaks off while it is written
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        durable.replaced(tmp_path / "folder", b"two")
    assert path.read_bytes() == b"one"
    assert sorted(names(tmp_path)) == ["folder", "ring"]


def test_of_many_who_make_a_file_at_once_one_is_right_for_all(tmp_path: Path) -> None:
    path, keys = tmp_path / "key", [bytes([number]) * 32 for number in range(8)]
    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(partial(durable.made_once, path), keys))
    made = path.read_bytes()
    assert made in keys
    durable.made_once(path, b"later")
    assert path.read_bytes() == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["key"]
