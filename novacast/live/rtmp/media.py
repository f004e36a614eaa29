"""Messages of media as FLV tags."""

from collections.abc import Iterator

from novacast.errors import Malformed, TooLarge
from novacast.i18n import text
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp.amf0 import written
from novacast.live.rtmp.chunks import Message
from novacast.live.rtmp.limits import Limits
from novacast.live.rtmp.timeline import Timeline

AUDIO, VIDEO, DATA, DATA_AMF3, AGGREGATE = 8, 9, 18, 15, 22
MEDIA = frozenset((AUDIO, VIDEO, DATA, DATA_AMF3, AGGREGATE))

_SET_DATA_FRAME, _CLEAR_DATA_FRAME = written("@setDataFrame"), written("@clearDataFrame")
_TAG_HEADER, _TAG_TRAILER = 11, 4


class Tags:
    """Makes tags of one publisher's messages."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._timeline = Timeline()

    def of(self, message: Message) -> Iterator[Tag]:
        """Raises Malformed, TooLarge."""
        kind, data = message.kind, message.data
        if kind == AGGREGATE:
            yield from self._aggregate(message)
        elif not data:
            return
        elif kind in (AUDIO, VIDEO):
            yield Tag(Kind(kind), self._timeline.at(message.time), data)
        elif kind in (DATA, DATA_AMF3) and (script := self._script(data)):
            yield Tag(Kind.SCRIPT, self._timeline.at(message.time), script)

    def _script(self, data: bytes) -> bytes:
        """What an FLV script tag holds of a data message: the command to the server goes."""
        if len(data) > self._limits.command:
            raise TooLarge(text("The encoder sent a command that is larger than any should be."))
        data = data.removeprefix(b"\0").removeprefix(_SET_DATA_FRAME)
        return b"" if data.startswith(_CLEAR_DATA_FRAME) else data

    def _aggregate(self, message: Message) -> Iterator[Tag]:
        """FLV tags in one message (7.1.6). The first one's time is the message's; the others keep their distance."""
        data, at, shift = message.data, 0, None
        while at < len(data):
            head = data[at : at + _TAG_HEADER]
            if len(head) < _TAG_HEADER:
                raise Malformed(text("The encoder sent an aggregate message that is cut off."))
            size, time = int.from_bytes(head[1:4], "big"), int.from_bytes(head[7:8] + head[4:7], "big")
            shift = message.time - time if shift is None else shift
            at += _TAG_HEADER
            if at + size > len(data):
                raise Malformed(text("The encoder sent an aggregate message that is cut off."))
            if head[0] != AGGREGATE:
                inner = Message(head[0], message.stream, (time + shift) & 0xFFFFFFFF, data[at : at + size])
                yield from self.of(inner)
            at += size + _TAG_TRAILER
