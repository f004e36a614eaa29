"""RTMP from the encoder's side, over a socket that waits: Adobe's RTMP specification 1.0, 5 and 7.2.

For the child process of one target, which has nothing else to do than to wait.
"""

import secrets
import select
import socket
from collections.abc import Iterator

from novacast.errors import NovaCastError, Unavailable
from novacast.i18n import text
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp import amf0, replies
from novacast.live.rtmp.chunks import EXTENDED, ChunkReader, Message
from novacast.live.rtmp.dialogue import COMMAND
from novacast.live.rtmp.handshake import SIZE, VERSION
from novacast.live.rtmp.limits import Limits

ANSWER_SECONDS = 10.0
"""In which the other side answers each thing that it is asked."""
SEND_SECONDS = 15.0
"""In which it takes something."""
CHUNK = 4096
"""Our chunk size: servers that take no larger one are known."""
SOFTWARE = "FMLE/3.0 (compatible; NovaCast)"
"""What servers expect encoders to begin with."""
_CHUNK_STREAMS = {Kind.AUDIO: 4, Kind.VIDEO: 6, Kind.SCRIPT: 5}
_MESSAGES = 64
"""That are heard while one answer is waited for."""


class Publication:
    """`open` has the key accepted; `send` may wait as long as the other side does."""

    def __init__(self, connection: socket.socket, app: str, address: str, key: str) -> None:
        """`address`: of the app, as the other side knows itself (`tcUrl`)."""
        self._socket, self._app, self._address, self._key = connection, app, address, key
        self._reader = ChunkReader(Limits())
        self._stream = 0
        self.sent = 0
        """Bytes."""

    def fileno(self) -> int:
        return self._socket.fileno()

    def open(self) -> None:
        """Raises Unavailable with the other side's words, OSError."""
        self._socket.settimeout(ANSWER_SECONDS)
        self._shake_hands()
        self._write(replies.control(replies.SET_CHUNK_SIZE, CHUNK))
        about = {"app": self._app, "type": "nonprivate", "flashVer": SOFTWARE, "tcUrl": self._address}
        self._write(replies.command(0, "connect", 1, about))
        self._answer(1)
        self._write(replies.command(0, "releaseStream", 2, None, self._key))
        self._write(replies.command(0, "FCPublish", 3, None, self._key))
        self._write(replies.command(0, "createStream", 4, None))
        made = self._answer(4)
        self._stream = int(made) if isinstance(made, float) else 1
        self._write(replies.command(self._stream, "publish", 5, None, self._key, "live"))
        self._started()
        self._socket.settimeout(SEND_SECONDS)

    def send(self, tag: Tag) -> None:
        """Raises Unavailable once the other side has ended it, OSError."""
        self._write(chunked(_CHUNK_STREAMS[tag.kind], tag.kind, self._stream, tag.time, tag.data))
        self.hear()

    def hear(self) -> None:
        """What the other side says. Raises Unavailable once it has ended it, OSError."""
        while select.select([self._socket], [], [], 0)[0]:
            for message in self._read():
                self._hear(message)

    def close(self) -> None:
        """Say goodbye, if that can be."""
        try:
            self._socket.settimeout(1.0)
            self._write(replies.command(0, "FCUnpublish", 6, None, self._key))
            self._write(replies.command(0, "deleteStream", 7, None, self._stream))
        except OSError:
            return  # it is gone already

    def _write(self, data: bytes) -> None:
        self._socket.sendall(data)
        self.sent += len(data)

    def _shake_hands(self) -> None:
        mine = bytes(8) + secrets.token_bytes(SIZE - 8)
        self._write(bytes((VERSION,)) + mine)
        answer = b""
        while len(answer) < 1 + 2 * SIZE:
            answer += self._receive()
        if answer[0] != VERSION:
            raise Unavailable(text("What answered speaks no RTMP."))
        self._write(answer[1 : 1 + SIZE])
        self._reader.feed(answer[1 + 2 * SIZE :])

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            raise Unavailable(text("The other side hung up."))
        return data

    def _read(self) -> list[Message]:
        self._reader.feed(self._receive())
        return self._whole()

    def _whole(self) -> list[Message]:
        found = []
        while (message := self._reader.next()) is not None:
            found.append(message)
        return found

    def _answer(self, number: int) -> amf0.Value:
        """The fourth value of the `_result` to a command."""
        for name, values in self._commands():
            if name in ("_result", "_error") and values[:1] == [float(number)]:
                if name == "_error":
                    raise Unavailable(_refused(values))
                return values[2] if len(values) > 2 else None
        raise Unavailable(_SILENT)

    def _started(self) -> None:
        for name, values in self._commands():
            code = _code(values)
            if name == "onStatus" and code == "NetStream.Publish.Start":
                return
            if name == "onStatus" and _level(values) == "error":
                raise Unavailable(_refused(values))
        raise Unavailable(_SILENT)

    def _commands(self) -> Iterator[tuple[str, list[amf0.Value]]]:
        waiting = self._whole()
        for _ in range(_MESSAGES):
            for message in waiting:
                if (told := self._hear(message)) is not None:
                    yield told
            waiting = self._read()

    def _hear(self, message: Message) -> tuple[str, list[amf0.Value]] | None:
        """A command; anything else is answered, if it wants an answer."""
        if message.kind == replies.USER_CONTROL and message.data[:2] == replies.PING.to_bytes(2, "big"):
            self._write(replies.user_control(replies.PONG, message.data[2:6]))
        if message.kind != COMMAND:
            return None
        try:
            name, *values = amf0.read(message.data)
        except (NovaCastError, ValueError):
            return None
        if name == "onStatus" and self._stream and _level(values) == "error":
            raise Unavailable(_refused(values))
        return (name, values) if isinstance(name, str) else None


def chunked(chunk_stream: int, kind: int, stream: int, time: int, data: bytes) -> bytes:
    """A message in chunks: a header of format 0, then format 3, which repeats an extended timestamp: 5.3.1."""
    time &= 0xFFFFFFFF
    extended = time.to_bytes(4, "big") if time >= EXTENDED else b""
    head = b"".join((
        bytes((chunk_stream,)), min(time, EXTENDED).to_bytes(3, "big"), len(data).to_bytes(3, "big"),
        bytes((kind,)), stream.to_bytes(4, "little"), extended,
    ))  # fmt: skip
    again = bytes((0xC0 | chunk_stream,)) + extended
    pieces = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)] or [b""]
    return head + again.join(pieces)


def _about(values: list[amf0.Value]) -> dict[str, amf0.Value]:
    return next((one for one in values if isinstance(one, dict) and "code" in one), {})


def _code(values: list[amf0.Value]) -> str:
    return str(_about(values).get("code", ""))


def _level(values: list[amf0.Value]) -> str:
    return str(_about(values).get("level", ""))


def _refused(values: list[amf0.Value]) -> str:
    about = _about(values)
    words = " ".join(str(about[name]) for name in ("code", "description") if about.get(name))[:300]
    return text("The other side refused: {words}", words=words)


_SILENT = text("The other side did not answer what it was asked.")
