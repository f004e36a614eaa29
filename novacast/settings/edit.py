"""Changing values in a settings file while everything else in it, comments too, stays as it was written."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from novacast.errors import BadSettings

_HEADER = re.compile(r"\s*\[")


def set_in_file(path: Path, section: str, values: Mapping[str, str]) -> bool:
    """Set `values` in `[section]` of the file, which is made if it is missing. Answers whether anything changed.

    Raises BadSettings, with the file untouched, where it can't be written, or not safely: it says what to write there.
    """
    lines = "\n".join(f"{key} = {_quoted(value)}" for key, value in values.items())
    by_hand = f"Write into its section [{section}] yourself:\n{lines}"
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = edited(before, section, values)
        if after is None:
            raise BadSettings(f"{path} can't be changed safely. {by_hand}")
        if after == before:
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, after)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} can't be changed: {error}. {by_hand}") from error
    return True


def edited(text: str, section: str, values: Mapping[str, str]) -> str | None:
    """The text with `values` set; None unless it then means exactly what it meant, but for them."""
    try:
        wanted = tomllib.loads(text)
        table = wanted.setdefault(section, {})
        if all(table.get(key) == value for key, value in values.items()):
            return text
        table.update(values)
        changed = _with(text, section, values)
        return changed if tomllib.loads(changed) == wanted else None
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
        return None


def _with(text: str, section: str, values: Mapping[str, str]) -> str:
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?")
    start = next((at for at, line in enumerate(lines) if header.fullmatch(line)), None)
    if start is None:
        lines += [*([""] if lines else []), f"[{section}]"]
        start = len(lines) - 1
    end = next((at for at in range(start + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
    body = lines[start + 1 : end]
    for key, value in reversed(list(values.items())):
        line = f"{key} = {_quoted(value)}"
        in_force = re.compile(rf"\s*{re.escape(key)}\s*=")
        commented = re.compile(rf"\s*#\s*{re.escape(key)}\s*=")
        for pattern in (in_force, commented):
            at = next((at for at, old in enumerate(body) if pattern.match(old)), None)
            if at is not None:
                body[at] = line
                break
        else:
            body.insert(0, line)
    return "\n".join([*lines[: start + 1], *body, *lines[end:]]) + "\n"


def _quoted(value: str) -> str:
    # A JSON string without surrogate escapes is a TOML basic string.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _replace(path: Path, text: str) -> None:
    target = path.resolve()
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, mode)
            file.write(text)
            file.flush()
            os.fsync(handle)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
