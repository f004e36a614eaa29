"""Just enough of ISO/IEC 14496-12 boxes to say what an initialization segment holds (RFC 6381 codec strings), and
whether a media segment is whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from novacast.errors import MediaFailure

LARGEST_INIT = 1024 * 1024
"""Bytes; FFmpeg's initialization segments take about 1 kB."""

# Bytes of a box that come before its children: full boxes have version and flags, sample entries their fixed fields.
_CHILDREN_AFTER = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"stsd": 8, b"avc1": 78, b"mp4a": 28}


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
            raise MediaFailure("The initialization segment is damaged: a box is longer than what is left.")
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

    Raises MediaFailure for anything but H.264 and AAC, which is all that we write.
    """
    if len(init) > LARGEST_INIT:
        raise MediaFailure(f"The initialization segment is larger than {LARGEST_INIT} bytes.")
    entries = [
        entry
        for box in boxes(init)
        if box.kind == b"moov"
        for table in box.find(b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        for entry in table.children()
    ]
    if not entries:
        raise MediaFailure("The initialization segment describes no track.")
    return tuple(_codec(entry) for entry in entries)


def _codec(entry: Box) -> str:
    if entry.kind == b"avc1":
        for box in entry.find(b"avcC"):
            if len(box.body) >= 4:  # version, profile, compatibility, level: ISO/IEC 14496-15 5.3.3.1
                return "avc1." + bytes(box.body[1:4]).hex()
    if entry.kind == b"mp4a":
        for box in entry.find(b"esds"):
            return _aac(bytes(box.body[4:]))
    raise MediaFailure(f"The initialization segment holds {entry.kind!r}, which is neither H.264 nor AAC as expected.")


def _aac(descriptors: bytes) -> str:
    """`mp4a.OO.A` from an esds: object type of the decoder configuration, audio object type of its specific info.

    Descriptors are tag, size in 7-bit groups, body (ISO/IEC 14496-1 8.3.3); ES 3 holds 4 holds 5.
    """
    tag, body = _descriptor(descriptors)
    if tag == 3:
        tag, body = _descriptor(body[3:])  # ES_ID and flags; FFmpeg sets none of the optional fields
        if tag == 4 and len(body) > 13:
            object_type = body[0]
            tag, specific = _descriptor(body[13:])
            if tag == 5 and specific:
                return f"mp4a.{object_type:x}.{specific[0] >> 3}"
    raise MediaFailure("The initialization segment holds an audio description that can't be read.")


def _descriptor(data: bytes) -> tuple[int, bytes]:
    if len(data) < 2:
        return -1, b""
    size, at = 0, 1
    for byte in data[1:5]:
        size, at = size << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            break
    return data[0], data[at : at + size]
