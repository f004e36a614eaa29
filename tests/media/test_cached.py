"""What is kept in the cache folder is whole, or as it was before."""

from pathlib import Path

import pytest

from novacast.media.cached import read_json, write_json


def test_a_write_that_fails_half_way_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "known.json"
    write_json(file, {"one": 1})
    with pytest.raises(TypeError):
        write_json(file, {"one": 2, "other": object()})
    assert read_json(file) == {"one": 1}
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", None])
def test_what_is_missing_or_damaged_is_nothing(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "known.json"
    if content is not None:
        file.write_bytes(content)
    assert read_json(file) is None
