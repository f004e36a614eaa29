"""What encoder and server say before and beside the media: NetConnection and NetStream commands (Adobe's 7.2)."""

from collections.abc import Callable
from dataclasses import field

from novacast.errors import TooLarge
from novacast.i18n import text
from novacast.live.rtmp import amf0, replies
from novacast.live.rtmp.chunks import Message
from novacast.live.rtmp.limits import Limits
from novacast.records import dataclass

COMMAND, COMMAND_AMF3 = 20, 17
STREAM = 1
"""The only message stream there is."""
_CODECS = 32
"""FourCCs that are said back at most."""
_ENDING = ("deleteStream", "FCUnpublish", "closeStream")


@dataclass(frozen=True, slots=True)
class Offer:
    """An encoder wants to publish on a message stream."""

    stream: int
    key: str = field(repr=False)
    software: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """An encoder says that its broadcast is over."""


class Dialogue:
    def __init__(self, write: Callable[[bytes], object], limits: Limits) -> None:
        self._write, self._limits = write, limits
        self._app: str | None = None
        self._software = ""

    def hear(self, message: Message) -> Offer | Farewell | None:
        """Answers what it can. Raises Malformed, TooLarge."""
        if len(message.data) > self._limits.command:
            raise TooLarge(text("The encoder sent a command that is larger than any should be."))
        # In AMF3 messages a format byte comes first, and commands are AMF0 all the same.
        data = message.data[1:] if message.kind == COMMAND_AMF3 and message.data[:1] == b"\0" else message.data
        name, transaction, *arguments = [*amf0.read(data), None, None][: 2 + _ARGUMENTS]
        number = transaction if isinstance(transaction, float) else 0.0
        if name == "connect":
            self._connect(number, arguments[0] if arguments else None)
        elif self._app is None:
            return None
        elif name == "createStream":
            self._write(replies.command(0, "_result", number, None, STREAM))
        elif name == "publish":
            return Offer(message.stream, self._key(_text(arguments, 1)), self._software)
        elif name == "play":
            self._write(replies.status(message.stream, "error", "NetStream.Play.StreamNotFound", "Nothing plays here."))
        elif name in _ENDING:
            return Farewell()
        return None

    def _connect(self, transaction: float, about: amf0.Value) -> None:
        about = about if isinstance(about, dict) else {}
        app, software, offered = about.get("app"), about.get("flashVer"), about.get("fourCcList")
        self._app = app if isinstance(app, str) else ""
        self._software = printable(software) if isinstance(software, str) else ""
        listed = offered if isinstance(offered, list) else []
        codecs = [one for one in listed[:_CODECS] if isinstance(one, str) and len(one) <= 4]
        self._write(replies.connected(transaction, codecs))

    def _key(self, name: str) -> str:
        """A stream's name up to its query, which says nothing here. Encoders with one box for address and key may leave
        the name empty and have the key at the end of the app."""
        key = name.partition("?")[0].strip(" /")
        if key:
            return key
        return (self._app or "").partition("?")[0].strip(" /").rpartition("/")[2]


_ARGUMENTS = 4


def _text(values: list[amf0.Value], place: int) -> str:
    value = values[place] if len(values) > place else None
    return value if isinstance(value, str) else ""


def printable(words: str, longest: int = 100) -> str:
    """What a stranger calls itself, fit for a log and a page."""
    return "".join(letter for letter in words[:longest] if letter.isprintable())
