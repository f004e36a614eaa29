"""Which paths lead into which wing, written down for the next start of the same program."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from novacast import durable

Place = tuple[str, str]
"""Method and path of a route."""

PROGRAM = Path(__file__).parents[1]
FILE = "routes.json"


class Plan:
    """`places` is empty where nothing was written, or that by another program."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: a cache; None: nothing is read or written."""
        self._file = None if folder is None else folder / FILE
        self._program = "" if folder is None else fingerprint()
        self.places: Mapping[str, Sequence[Place]] = self._read()

    def keep(self) -> None:
        if self._file is None:
            return
        # A full disk costs the next start its head start, and no more.
        with contextlib.suppress(OSError):
            durable.replaced(self._file, json.dumps({"program": self._program, "places": self.places}).encode())

    def forget(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()

    def _read(self) -> Mapping[str, Sequence[Place]]:
        if self._file is None:
            return {}
        try:
            kept = json.loads(self._file.read_bytes())
            if kept["program"] != self._program:
                return {}
            return {wing: [(method, path) for method, path in places] for wing, places in kept["places"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def fingerprint(program: Path = PROGRAM) -> str:
    """Another one after any change of the program's files. Their time of change is the one that no installer sets."""
    said = blake2b(sys.version.encode(), digest_size=16)
    for path, stat in sorted(_modules(program)):
        said.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}\0".encode())
    return said.hexdigest()


def _modules(folder: Path | str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(".py"):
                yield entry.path, entry.stat()
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _modules(entry.path)
