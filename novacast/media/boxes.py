"""Just enough of ISO/IEC 14496-12 boxes to say what an initialization segment holds (RFC 6381 codec strings), and
whether a media segment is whole.
"""

from collections.abc import Iterator
from typing import BinaryIO

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.codec_strings import ENTRIES, codec_string
from novacast.records import dataclass

LARGEST_INIT = 1024 * 1024
"""Bytes; FFmpeg's initialization segments take about 1 kB."""

# Bytes of a box that come before its children: full boxes have version and flags, sample entries their fixed fields.
_CHILDREN_AFTER = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"stsd": 8} | {
    entry: fields for entry, (fields, _, _) in ENTRIES.items()
}


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    body: memoryview

    def children(self) -> "Iterator[Box]":
        if self.kind in _CHILDREN_AFTER:
            yield from boxes(self.body[_CHILDREN_AFTER[self.kind] :])

    def find(self, *path: bytes) -> "Iterator[Box]":
        """Every box that is reached by this path of kinds below."""
        if not path:
            yield self
            return
        for child in self.children():
            if child.kind == path[0]:
                yield from child.find(*path[1:])


def boxes(data: bytes | memoryview) -> Iterator[Box]:
    """The boxes that lie side by side in `data`. Raises MediaFailure where a size does not fit."""
    view = memoryview(data)
    while view:
        size, header = int.from_bytes(view[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(view[8:16], "big"), 16
        elif size == 0:
            size = len(view)
        if size < header or size > len(view):
            raise MediaFailure(text("The initialization segment is damaged: a box is longer than what is left."))
        yield Box(bytes(view[4:8]), view[header:size])
        view = view[size:]


def is_whole(segment: BinaryIO, size: int) -> bool:
    """Whether a media segment of `size` bytes is boxes from end to end, and each of its pictures' data is there.

    Only heads of boxes are read; those of a segment with a hole in it, or cut off, do not add up.
    """
    at, kinds = 0, []
    while at < size:
        segment.seek(at)
        head = segment.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if length < 8 or at + length > size:
            return False
        kinds.append(head[4:8])
        at += length
    return kinds.count(b"moof") == kinds.count(b"mdat") > 0


def codecs_of(init: bytes) -> tuple[str, ...]:
    """Codec strings of the tracks of an initialization segment, in their order: `avc1.64001f`, `mp4a.40.2`.

    Raises MediaFailure for what is damaged, and for codecs that `codec_strings` does not know.
    """
    if len(init) > LARGEST_INIT:
        raise MediaFailure(text("The initialization segment is larger than {most} bytes.", most=LARGEST_INIT))
    entries = [
        entry
        for box in boxes(init)
        if box.kind == b"moov"
        for table in box.find(b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        for entry in table.children()
    ]
    if not entries:
        raise MediaFailure(text("The initialization segment describes no track."))
    return tuple(_codec(entry) for entry in entries)


def _codec(entry: Box) -> str:
    return codec_string(entry.kind, {box.kind: bytes(box.body) for box in entry.children()})
