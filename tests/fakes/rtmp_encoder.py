"""An encoder that speaks RTMP as a test wants it spoken, also badly."""

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from novacast.live.ingest import Tag
from novacast.live.rtmp import amf0
from novacast.live.rtmp.chunks import ChunkReader, Message
from novacast.live.rtmp.limits import Limits

HANDSHAKE = b"\x03" + bytes(1536)
C2 = bytes(1536)


class Refused(Exception):
    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description = code, description


@dataclass
class ChunkWriter:
    """Chunks as FFmpeg writes them: the shortest header that will do. Each kind of message has a chunk stream."""

    size: int = 128
    first_stream: int = 4
    """Chunk streams count from here, by the kind of message."""
    repeat: bool = True
    """Whether format 3 chunks repeat an extended timestamp."""
    _last: dict[int, tuple[Message, int]] = field(default_factory=dict)

    def pieces(self, message: Message) -> list[bytes]:
        """One message's chunks; those of several may be mixed if their chunk streams differ."""
        number = self.first_stream + message.kind
        last = self._last.get(number)
        form, stamp = 0, message.time
        if last is not None and last[0].stream == message.stream and message.time >= last[0].time:
            before, field_before = last
            stamp = message.time - before.time
            same = before.kind == message.kind and len(before.data) == len(message.data)
            form = (3 if stamp == field_before else 2) if same else 1
        self._last[number] = message, stamp
        extended = stamp.to_bytes(4, "big") if stamp >= 0xFFFFFF else b""
        head = min(stamp, 0xFFFFFF).to_bytes(3, "big") if form < 3 else b""
        head += len(message.data).to_bytes(3, "big") + bytes((message.kind,)) if form < 2 else b""
        head += message.stream.to_bytes(4, "little") if form == 0 else b""
        again = extended if self.repeat else b""
        data = message.data
        whole = [_basic(form, number) + head + (again if form == 3 else extended) + data[: self.size]]
        for at in range(self.size, len(data), self.size):
            whole.append(_basic(3, number) + again + data[at : at + self.size])
        return whole

    def write(self, *messages: Message) -> bytes:
        return b"".join(piece for message in messages for piece in self.pieces(message))

    def resize(self, size: int) -> bytes:
        told = self.write(Message(1, 0, 0, size.to_bytes(4, "big")))
        self.size = size
        return told


def _basic(form: int, number: int) -> bytes:
    if number < 64:
        return bytes((form << 6 | number,))
    if number < 320:
        return bytes((form << 6, number - 64))
    return bytes((form << 6 | 1,)) + (number - 64).to_bytes(2, "little")


def command(stream: int, *values: object) -> Message:
    return Message(20, stream, 0, amf0.written(*values))


def introduction(app: str = "live", key: str = "", **more: object) -> list[Message]:
    """What OBS says before its media, up to and with `publish`."""
    about = {
        "app": app,
        "type": "nonprivate",
        "flashVer": "FMLE/3.0 (compatible; FMSc/1.0)",
        "swfUrl": f'"rtmp://localhost/{app}"',
        "tcUrl": f'"rtmp://localhost/{app}"',
        **more,
    }
    return [
        command(0, "connect", 1, about),
        command(0, "releaseStream", 2, None, key),
        command(0, "FCPublish", 3, None, key),
        command(0, "createStream", 4, None),
        command(1, "publish", 5, None, key, "live"),
    ]


def messages(tags: Iterable[Tag], stream: int = 1) -> list[Message]:
    return [Message(tag.kind, stream, tag.time & 0xFFFFFFFF, tag.data) for tag in tags]


class Encoder:
    """Connected and greeted; commands are the test's to send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chunks: ChunkWriter) -> None:
        self._reader, self._writer, self.chunks = reader, writer, chunks
        self._answers = ChunkReader(Limits())
        self.heard: list[Message] = []

    @classmethod
    async def call(
        cls,
        port: int,
        host: str = "127.0.0.1",
        context: ssl.SSLContext | None = None,
        chunks: ChunkWriter | None = None,
    ) -> "Encoder":
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
        writer.write(HANDSHAKE)
        greeting = await reader.readexactly(1 + 2 * 1536)
        assert greeting[0] == 3
        assert greeting[1 + 1536 :] == bytes(1536), "C1 is said back"
        writer.write(C2)
        return cls(reader, writer, chunks or ChunkWriter())

    async def publish(self, key: str, app: str = "live", **more: object) -> None:
        """Raises Refused."""
        self.send(*introduction(app, key, **more))
        while True:
            name, _, _, about = amf0.read((await self.hear(20)).data)[:4]
            if name != "onStatus":
                continue
            assert isinstance(about, dict)
            if about["code"] != "NetStream.Publish.Start":
                raise Refused(str(about["code"]), str(about["description"]))
            return

    def send(self, *what: Message) -> None:
        self._writer.write(self.chunks.write(*what))

    def raw(self, data: bytes) -> None:
        self._writer.write(data)

    async def sent(self) -> None:
        await self._writer.drain()

    async def hear(self, kind: int) -> Message:
        """The next message of a kind. Raises EOFError when the server hangs up."""
        while True:
            while (found := self._answers.next()) is not None:
                self.heard.append(found)
                if found.kind == kind:
                    return found
            if not (data := await self._reader.read(65_536)):
                raise EOFError
            self._answers.feed(data)

    async def silence(self) -> list[Message]:
        """Everything until the server hangs up, as this one then does too."""
        with suppress(EOFError, ConnectionError):
            while True:
                await self.hear(-1)
        await self.hang_up()
        return self.heard

    async def hang_up(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def cut(self) -> None:
        self._writer.transport.abort()
