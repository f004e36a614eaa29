"""What a caller asks for: the stream id, plain or in the syntax of SRT's access control guidelines."""

from dataclasses import field

from novacast.errors import Malformed
from novacast.i18n import text
from novacast.live.srt.packets import swapped
from novacast.records import dataclass

ACCESS = "#!::"
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Request:
    key: str = field(repr=False)
    publish: bool = True


def read_stream_id(words: bytes | None) -> Request:
    """Of the extension's content. Raises Malformed.

    The key is the resource's name (`r`), else the user's (`u`); plain, it is the whole, past an app such as `live/`.
    """
    raw = swapped(words or b"").rstrip(b"\0")
    try:
        said = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed(text("The stream id is no UTF-8.")) from error
    if len(said) > LONGEST:
        raise Malformed(text("The stream id is longer than {most} letters.", most=LONGEST))
    if not said.startswith(ACCESS):
        return Request(_key(said))
    pairs = dict(_pair(part) for part in said.removeprefix(ACCESS).split(",") if part)
    return Request(_key(pairs.get("r") or pairs.get("u", "")), pairs.get("m", "publish") == "publish")


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _key(name: str) -> str:
    return name.partition("?")[0].strip(" /").rpartition("/")[2]
