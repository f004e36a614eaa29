"""What encoders sent is kept as it came: nothing of it is repaired after a crash, and the show never waits for it."""

import signal
import subprocess
import sys
from pathlib import Path

from novacast.clock import SystemClock
from novacast.i18n import Text
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.recording.sources import SOURCES, Sources

WRITER = """
import asyncio, sys
from pathlib import Path
from novacast.clock import SystemClock
from novacast.live.ingest import Kind, Tag
from novacast.live.recording.sources import Sources

async def main():
    take = Sources(Path(sys.argv[1]), print, SystemClock(), 0).begin("feed", "main")
    number = 0
    while True:
        take(Tag(Kind.VIDEO, number, number.to_bytes(4, "big") * 5000))
        print(number, flush=True)
        number += 1
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


def tags(path: Path) -> list[Tag]:
    return flv.TagReader().feed(path.read_bytes())


async def test_each_connection_is_a_file_of_its_own_and_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    said: list[Text] = []
    sent = [Tag(Kind.VIDEO, 40 * n, b"picture %d" % n) for n in range(50)]
    for _ in range(2):
        sources = Sources(tmp_path, said.append, SystemClock(), 0)
        takes = [sources.begin(name, name) for name in ("main", "backup")]
        for tag in sent:
            for take in takes:
                take(tag)
        await sources.close()
        takes[0](sent[0])  # too late
    lying = sorted((tmp_path / SOURCES).iterdir())
    assert len(lying) == 4
    assert [path.name[:4] for path in lying] == ["0001", "0002", "0003", "0004"]
    assert all(tags(path) == sent for path in lying)
    assert not said


async def test_a_disk_without_room_cuts_the_source_off_and_says_so_once(tmp_path: Path) -> None:
    said: list[Text] = []
    sources = Sources(tmp_path, said.append, SystemClock(), 2**62)
    take = sources.begin("feed", "main")
    take(Tag(Kind.VIDEO, 0, b"picture"))
    await sources.close()
    for _ in range(3):
        take(Tag(Kind.VIDEO, 0, b"picture"))
    await sources.close()
    assert [str(words).partition(" (")[0] for words in said] == ["The source as received can't be written"]


def test_a_kill_leaves_all_that_was_written_but_the_last(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 60:
                writer.send_signal(signal.SIGKILL)
                break
        last = max([60, *(int(line) for line in writer.stdout)])
    (path,) = (tmp_path / SOURCES).iterdir()
    found = tags(path)
    assert [tag.data for tag in found] == [n.to_bytes(4, "big") * 5000 for n in range(len(found))]
    assert last - 5 <= len(found) <= last + 1
