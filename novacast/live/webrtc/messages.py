"""What the server and its WebRTC process say to each other through pipes: length, kind, session, content."""

import struct
from collections.abc import Iterator
from enum import IntEnum

from novacast.errors import TooLarge
from novacast.i18n import text
from novacast.live.ingest import Kind, Tag
from novacast.records import dataclass

MOST = 16 * 1024**2
_HEAD = struct.Struct("!IB16s")
_TAG = struct.Struct("!BQ")


class Said(IntEnum):
    """To the process that receives: OFFER, CLOSE; to the one that sends: TAG, CUT and END as well. From them: the
    rest, and TAG from the first. What is sent has a *line* for each programme, in the place of a session."""

    OFFER = 1
    """SDP; to the process that sends, behind the 16 bytes of the line that is wanted."""
    CLOSE = 2
    ANSWER = 3
    """SDP."""
    REFUSED = 4
    """Why, in English."""
    TAG = 5
    OVER = 6
    """Why, in English."""
    CUT = 7
    """Of a line: what follows comes from elsewhere. One byte: 1 where each frame is for its own time."""
    END = 8
    """Of a line: nothing more comes."""
    COUNTED = 9
    """JSON: by how much each number grew."""


@dataclass(frozen=True, slots=True)
class Message:
    said: Said
    session: bytes
    """16 bytes."""
    content: bytes = b""

    def written(self) -> bytes:
        return _HEAD.pack(len(self.content), self.said, self.session) + self.content


class MessageReader:
    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Those that are whole now. Raises TooLarge."""
        self._data += data
        while len(self._data) >= _HEAD.size:
            size, said, session = _HEAD.unpack_from(self._data)
            if size > MOST:
                raise TooLarge(text("A message of {size} bytes came; {most} are allowed.", size=size, most=MOST))
            end = _HEAD.size + size
            if len(self._data) < end:
                return
            content = bytes(memoryview(self._data)[_HEAD.size : end])
            del self._data[:end]
            yield Message(Said(said), session, content)


def packed(tag: Tag) -> bytes:
    return _TAG.pack(tag.kind, tag.time) + tag.data


def unpacked(content: bytes) -> Tag:
    kind, time = _TAG.unpack_from(content)
    return Tag(Kind(kind), time, content[_TAG.size :])
