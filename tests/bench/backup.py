"""How fast a venue is backed up, beside `tar | zstd` and `tar | zstd | openssl`: `python -m tests.bench.backup`.

The same folder in one run, each way in turn within each round: films (which nothing compresses) and a database. Each
ends with its bytes on the disk. The second figure of ours is the backup of the day after, when one video is new.
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.models import unwatched
from novacast.operations.backups.repository import Opened
from novacast.operations.backups.restoring import choose, restore
from novacast.operations.backups.service import Backups, verify
from novacast.settings import Backups as BackupSettings
from novacast.settings import Settings

SEGMENT, ROW = 1_250_000, 400


def venue(place: Path, megabytes: int) -> DataFolder:
    folder = DataFolder.at(place)
    folder.prepare()
    for film in range(max(1, megabytes // 50)):
        (folder.media / f"film{film}").mkdir()
        for number in range(40):
            (folder.media / f"film{film}" / f"seg_{number:05}.m4s").write_bytes(os.urandom(SEGMENT))
    connection = sqlite3.connect(folder.database)
    connection.execute("PRAGMA journal_mode=WAL")
    with connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, words TEXT)")
        words = "Ada Byron, Stalls A 7, paid by card, "
        rows = (((words * (ROW // len(words)))[: ROW - 8] + f"{number:08}",) for number in range(megabytes * 250))
        connection.executemany("INSERT INTO orders (words) VALUES (?)", rows)
    connection.close()
    return folder


def size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def timed(work: Callable[[], object]) -> float:
    os.sync()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def piped(folder: DataFolder, into: Path, *more: str) -> None:
    command = f"tar -C {folder.root} -c . | zstd -q -3 -T0 {' '.join(more)} > {into} && sync -f {into}"
    subprocess.run(["/bin/bash", "-o", "pipefail", "-c", command], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    took: dict[str, list[float]] = {}
    with TemporaryDirectory(prefix="novacast-bench-") as place:
        folder = venue(Path(place) / "data", wanted.megabytes)
        whole = size(folder.root) / 1e6
        for number in range(wanted.rounds):
            one_round(folder, Path(place) / f"round{number}", took)
        print(f"{whole:.0f} MB, {wanted.rounds} rounds, medians\n")
        print("| way | seconds | MB/s |\n|---|---|---|")
        for name, seconds in took.items():
            median = statistics.median(seconds)
            print(f"| {name} | {median:.2f} | {whole / median:.0f} |")


def one_round(folder: DataFolder, place: Path, took: dict[str, list[float]]) -> None:
    place.mkdir()

    def note(name: str, work: Callable[[], object]) -> None:
        took.setdefault(name, []).append(timed(work))

    note("tar, zstd", lambda: piped(folder, place / "plain.tar.zst"))
    secret = ("| openssl enc -aes-256-ctr -pbkdf2 -pass pass:bench",)
    note("tar, zstd, openssl", lambda: piped(folder, place / "secret.tar.zst", *secret))
    (folder.keys / "backups.json").unlink(missing_ok=True)
    settings = replace(Settings(data=folder.root), backups=BackupSettings(folder=str(place / "disk")))
    own = Backups(settings, SystemClock())
    key = own.begin(None)
    note("novacast backup create, the first", own.create)
    new = folder.media / "new"
    new.mkdir()
    for number in range(8):
        (new / f"seg_{number:05}.m4s").write_bytes(os.urandom(SEGMENT))
    note("novacast backup create, 10 MB are new", own.create)
    note("novacast backup verify", lambda: verify(own.repository()))
    opened = Opened(FolderTarget(place / "disk"), key)
    note("novacast restore", lambda: restore(opened, choose(opened), place / "back", lambda _: None, unwatched))
    shutil.rmtree(new)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
