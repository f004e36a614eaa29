"""The files that the rules are held against."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".git", ".venv", "__pycache__", "node_modules", "vendor", "dist", "build", "data",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".schemathesis",
}  # fmt: skip


def files(top: str = "", *endings: str) -> Iterator[tuple[str, Path]]:
    """Path as the rules write it (`novacast/jobs.py`) and where it is, of every file of ours below `top`."""
    for folder, below, names in os.walk(ROOT / top):
        below[:] = sorted(name for name in below if name not in NOT_OURS and not name.endswith(".egg-info"))
        for name in sorted(set(names) - NOT_OURS):  # a worktree's .git is a file
            path = Path(folder) / name
            if not endings or name.endswith(endings):
                yield path.relative_to(ROOT).as_posix(), path


@cache
def python(*tops: str) -> Sequence[tuple[str, str]]:
    """Path and text of every Python file below each of `tops`."""
    return [(name, path.read_text(encoding="utf-8")) for top in tops for name, path in files(top, ".py")]


def text(path: Path) -> str | None:
    """None for what is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
