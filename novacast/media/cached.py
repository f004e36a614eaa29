"""Small JSON files of the cache folder, which several processes read and write. All of it blocks."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any


def read_json(file: Path) -> Any:
    """None for what is missing or damaged: what is in the cache can be made again."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return None


def write_json(file: Path, value: object) -> None:
    """All of it or nothing, whoever reads meanwhile; makes the folder. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix=file.name, delete=False) as fresh:
        unfinished = Path(fresh.name)
        try:
            json.dump(value, fresh, indent=1)
            fresh.flush()
            unfinished.replace(file)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
