"""The chunk stream: Adobe's RTMP specification 1.0, section 5.3."""

from novacast.errors import Malformed, TooLarge
from novacast.i18n import text
from novacast.live.rtmp.limits import Limits
from novacast.records import dataclass

SET_CHUNK_SIZE, ABORT = 1, 2
EXTENDED = 0xFFFFFF
"""In the 24 bits of a timestamp: 32 bits follow the header (5.3.1.3)."""
_HEADERS = (11, 7, 3, 0)
"""Bytes of a message header, by the chunk's format (5.3.1.2)."""
_LARGEST_CHUNK = 0x7FFFFFFF
_RUN = 3
"""Chunks from which on taking them together pays."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: int
    stream: int
    time: int
    """Milliseconds, modulo 2**32."""
    data: bytes


class _Stream:
    """What a chunk stream knows of its last header, and the message that it is in the middle of."""

    __slots__ = ("delta", "extended", "field", "kind", "length", "message", "parts", "repeats", "time", "waiting")

    def __init__(self) -> None:
        self.kind = self.message = self.length = 0
        self.time = 0
        """Of the message at hand, or of the last one."""
        self.field = self.delta = 0
        """The timestamp field of the last header that had one, and what a format 3 header adds to `time`."""
        self.extended = False
        self.repeats: bool | None = None
        """Whether format 3 chunks repeat the extended timestamp; None as long as nobody knows."""
        self.parts = bytearray()
        self.waiting = 0
        """Bytes of its message that are still to come; 0: the next chunk begins a message."""


class ChunkReader:
    """Gives messages out of bytes as they arrive. Set Chunk Size and Abort are obeyed here and not given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._data, self._at = b"", 0
        self._streams: dict[int, _Stream] = {}
        self._size = 128
        self._current: _Stream | None = None
        self._left = 0
        """Bytes of the chunk at hand that are still to come."""
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes kept: messages that are not whole yet, and what nobody asked for yet."""
        return self._held + len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def next(self) -> Message | None:
        """None: more has to arrive first. Raises Malformed or TooLarge, after which nothing is to be asked again."""
        while self._left or self._header():
            message = self._payload()
            if message is None:
                if self._left:
                    return None
            elif message.kind == SET_CHUNK_SIZE:
                self._resize(message.data)
            elif message.kind == ABORT:
                self._abort(message.data)
            else:
                return message
        return None

    def _payload(self) -> Message | None:
        stream = self._current
        assert stream is not None
        data, at = self._data, self._at
        piece = data[at : at + self._left]
        self._at = at + len(piece)
        self._left -= len(piece)
        stream.waiting -= len(piece)
        if not stream.waiting:
            return self._whole(stream, piece)
        self._keep(stream, piece)
        if not self._left and len(data) - self._at > _RUN * self._size:
            self._run(stream)
        return None

    def _keep(self, stream: _Stream, piece: bytes | bytearray) -> None:
        stream.parts += piece
        self._held += len(piece)
        if self._held > 2 * self._limits.message:
            raise TooLarge(text("The encoder sends too many messages at once, none of them whole."))

    def _whole(self, stream: _Stream, last: bytes) -> Message:
        if stream.parts:
            self._held -= len(stream.parts)
            stream.parts += last
            last = bytes(stream.parts)
            stream.parts = bytearray()
        return Message(stream.kind, stream.message, stream.time, last)

    def _run(self, stream: _Stream) -> None:
        """Many whole format 3 chunks of one message at once: small chunks would cost a round of Python each."""
        data, at, size = self._data, self._at, self._size
        first = data[at]
        header = 1
        if first < 0xC0 or first & 63 < 2 or self._streams.get(first & 63) is not stream:
            return
        if stream.extended:
            if stream.repeats is None:
                return
            header += 4 * stream.repeats
        # The last chunk of the message goes the usual way, and so a message never ends in here.
        step = header + size
        count = min((stream.waiting - 1) // size, (len(data) - at) // step)
        if count < _RUN:
            return
        own = data[at : at + header]
        if header > 1 and own[1:] != stream.field.to_bytes(4, "big"):
            return
        for column in range(header):
            bytes_there = data[at + column : at + count * step : step]
            count = min(count, len(bytes_there) - len(bytes_there.lstrip(own[column : column + 1])))
        block = bytearray(memoryview(data)[at : at + count * step])
        for column in range(header):
            del block[:: step - column]
        self._keep(stream, block)
        stream.waiting -= len(block)
        self._at = at + count * step

    def _header(self) -> bool:
        """Whether a chunk header was read whole; if not, nothing was taken."""
        data, at = self._data, self._at
        there = len(data) - at
        if not there:
            return False
        first = data[at]
        basic = 3 if first & 63 == 1 else 2 if first & 63 == 0 else 1
        form = first >> 6
        end = at + basic + _HEADERS[form]
        if len(data) < end:
            return False
        number = first & 63
        if basic > 1:
            number = 64 + int.from_bytes(data[at + 1 : at + basic], "little")
        stream = self._streams.get(number)
        if stream is None:
            stream = self._opened(number, form)
        if form == 3:
            if not self._continue(stream, end):
                return False
        elif not self._begin(stream, form, at + basic, end):
            return False
        self._current, self._left = stream, min(stream.waiting, self._size)
        return True

    def _opened(self, number: int, form: int) -> _Stream:
        # A first header of format 1 lacks no more than the message stream, of which there is one.
        if form > 1:
            raise Malformed(text("The encoder sent a chunk that refers to none before it."))
        if len(self._streams) >= self._limits.chunk_streams:
            raise TooLarge(text("The encoder uses more chunk streams than are allowed here."))
        stream = self._streams[number] = _Stream()
        return stream

    def _begin(self, stream: _Stream, form: int, at: int, end: int) -> bool:
        """A header of format 0, 1 or 2."""
        data = self._data
        field = int.from_bytes(data[at : at + 3], "big")
        extended = field == EXTENDED
        if extended:
            if len(data) < end + 4:
                return False
            field = int.from_bytes(data[end : end + 4], "big")
            end += 4
        if stream.waiting:
            # A new header in the middle of a message: what was there is lost, as after an Abort.
            self._drop(stream)
        if form < 2:
            stream.length = int.from_bytes(data[at + 3 : at + 6], "big")
            stream.kind = data[at + 6]
        if form == 0:
            stream.message = int.from_bytes(data[at + 7 : at + 11], "little")
            stream.time = 0
        stream.extended, stream.field, stream.delta = extended, field, field
        self._at = end
        self._start(stream)
        return True

    def _continue(self, stream: _Stream, at: int) -> bool:
        """A header of format 3: the next chunk of a message, or the first of one like the last."""
        if stream.extended:
            repeated = self._repeated(stream, at)
            if repeated is None:
                return False
            at += 4 * repeated
        self._at = at
        if not stream.waiting:
            self._start(stream)
        return True

    def _repeated(self, stream: _Stream, at: int) -> bool | None:
        """Whether an extended timestamp follows; None: more has to arrive first.

        5.3.1.3 wants it repeated, and some do not. What they write, if they do, is the field or the time it led to.
        """
        if stream.repeats is False:
            return False
        here = self._data[at : at + 4]
        field, time = stream.field.to_bytes(4, "big"), stream.time.to_bytes(4, "big")
        if here not in (field, time):
            if len(here) == 4 or not (field.startswith(here) or time.startswith(here)):
                stream.repeats = stream.repeats or False
                return False
            return None
        stream.repeats = True
        return True

    def _start(self, stream: _Stream) -> None:
        """A format 3 header that begins a message applies the last delta again (5.3.1.2.4)."""
        if stream.length > self._limits.message:
            raise TooLarge(
                text(
                    "The encoder sent a frame of {size} bytes; {most} are allowed.",
                    size=stream.length,
                    most=self._limits.message,
                )
            )
        stream.time = (stream.time + stream.delta) & 0xFFFFFFFF
        stream.waiting = stream.length

    def _drop(self, stream: _Stream) -> None:
        self._held -= len(stream.parts)
        stream.parts = bytearray()
        stream.waiting = 0

    def _resize(self, data: bytes) -> None:
        size = int.from_bytes(data[:4], "big") & _LARGEST_CHUNK
        if len(data) < 4 or not size:
            raise Malformed(text("The encoder asked for chunks of no size."))
        self._size = size

    def _abort(self, data: bytes) -> None:
        stream = self._streams.get(int.from_bytes(data[:4], "big"))
        if stream is not None:
            self._drop(stream)
