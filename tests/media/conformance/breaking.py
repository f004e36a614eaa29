"""Ways to break a ladder, each a function of its folder."""

import re
from pathlib import Path

from tests.media.conformance.conftest import Break

RUNG, SOUND, MASTER = "144p/index.m3u8", "audio/index.m3u8", "master.m3u8"
SEGMENT = "144p/seg_00001.m4s"


def text(name: str, old: str, new: str, *, every: bool = False) -> Break:
    """A regular expression in a playlist, once or everywhere, replaced."""

    def breaks(folder: Path) -> None:
        before = (folder / name).read_text()
        after = re.sub(old, new, before, count=0 if every else 1, flags=re.MULTILINE)
        assert after != before, "nothing was broken"
        (folder / name).write_text(after)

    return breaks


def scaled(name: str, attribute: str, by: float) -> Break:
    def breaks(folder: Path) -> None:
        before = (folder / name).read_text()
        after = re.sub(rf"(?<=[:,]{attribute}=)(\d+)", lambda found: str(round(int(found[1]) * by)), before)
        assert after != before, "nothing was broken"
        (folder / name).write_text(after)

    return breaks


def lengthened(name: str, by: float) -> Break:
    """Every EXTINF."""

    def breaks(folder: Path) -> None:
        before = (folder / name).read_text()
        (folder / name).write_text(re.sub(r"(?<=EXTINF:)([\d.]+)", lambda found: f"{float(found[1]) + by:.6f}", before))

    return breaks


def field(name: str, box: bytes, offset: int, change: int, size: int = 4) -> Break:
    """A number in the first box of a kind, `offset` bytes behind its name, raised."""

    def breaks(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        at = data.index(box) + 4 + offset
        number = int.from_bytes(data[at : at + size], "big") + change
        data[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, "big")
        (folder / name).write_bytes(bytes(data))

    return breaks


def late(rendition: str, ticks: int) -> Break:
    """Every segment of a rendition."""

    def breaks(folder: Path) -> None:
        for path in (folder / rendition).glob("*.m4s"):
            field(path.relative_to(folder).as_posix(), b"tfdt", 4, ticks, 8)(folder)

    return breaks


def recovery_point(folder: Path) -> None:
    """The first picture is no IDR picture any more, though its flags say so: what an open GOP looks like."""
    data = bytearray((folder / SEGMENT).read_bytes())
    at = data.index(b"mdat") + 4
    while data[at + 4] & 31 != 5:
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    data[at + 4] = data[at + 4] & ~31 | 1
    (folder / SEGMENT).write_bytes(bytes(data))


def marked(folder: Path) -> None:
    """The first sample says that it needs others: first_sample_flags of trun, else the defaults of tfhd and trex."""
    data = bytearray((folder / SEGMENT).read_bytes())
    at = data.index(b"trun") + 4
    flags = int.from_bytes(data[at : at + 4], "big")
    assert flags & 4, "FFmpeg gives the first sample flags of its own"
    place = at + 8 + 4 * (flags & 1)
    data[place : place + 4] = (0x01010000).to_bytes(4, "big")
    (folder / SEGMENT).write_bytes(bytes(data))


def swapped(folder: Path) -> None:
    one, other = folder / SEGMENT, folder / "144p/seg_00002.m4s"
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)


def cut_off(name: str, left: float) -> Break:
    def breaks(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * left)])

    return breaks


def gone(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def written(name: str, content: bytes) -> Break:
    def breaks(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return breaks


def swapped_init(folder: Path) -> None:
    (folder / "144p/init.mp4").write_bytes((folder / "audio/init.mp4").read_bytes())
