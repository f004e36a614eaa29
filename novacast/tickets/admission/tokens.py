"""What stands in a ticket's code: 24 bytes about the ticket, none about its holder, and a signature over them.

    version 1 | key 4 | performance 6 | ordinal 3 | serial 2 | item 2 | flags 1 | valid until 5 (seconds, Unix)

Big-endian, then 64 bytes of Ed25519. Base45 (RFC 9285) makes 132 characters of the alphabet that codes hold most
densely. Whoever has an organization's public keys can check it without asking anybody; whether a later serial was
issued only the house knows.
"""

from novacast.records import dataclass
from novacast.security.signing import SIGNATURE_BYTES, SigningKey, signed_by

VERSION = 1
BODY_BYTES = 24
FLAG_TEST = 1
"""A ticket of the sandbox: worth nothing at a door that takes real ones."""
LENGTH = 132
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_WIDTHS = (1, 4, 6, 3, 2, 2, 1, 5)


class BadToken(Exception):
    """Not a code of this house's making, or altered."""


@dataclass(frozen=True, slots=True)
class Token:
    key_id: int
    performance: int
    ordinal: int
    serial: int
    item: int
    test: bool
    until: int
    """Unix seconds."""

    def body(self) -> bytes:
        flags = FLAG_TEST if self.test else 0
        fields = (
            VERSION, self.key_id, self.performance, self.ordinal, self.serial, self.item, flags, self.until,
        )  # fmt: skip
        return b"".join(value.to_bytes(width, "big") for value, width in zip(fields, _WIDTHS, strict=True))


def sealed(token: Token, key: SigningKey) -> str:
    body = token.body()
    return base45(body + key.sign(body))


def opened(text: str) -> tuple[Token, bytes, bytes]:
    """The token that a text claims to be, its body and its signature, which nobody has checked yet. Raises BadToken."""
    raw = from_base45(text)
    if len(raw) != BODY_BYTES + SIGNATURE_BYTES:
        raise BadToken("it has another length")
    body, signature = raw[:BODY_BYTES], raw[BODY_BYTES:]
    values, at = [], 0
    for width in _WIDTHS:
        values.append(int.from_bytes(body[at : at + width], "big"))
        at += width
    version, key_id, performance, ordinal, serial, item, flags, until = values
    if version != VERSION or flags & ~FLAG_TEST:
        raise BadToken("it is of a kind that is not known here")
    return Token(key_id, performance, ordinal, serial, item, bool(flags & FLAG_TEST), until), body, signature


def checked(text: str, publics: dict[int, bytes]) -> Token:
    """The token of a text that one of these keys has signed. Raises BadToken."""
    token, body, signature = opened(text)
    public = publics.get(token.key_id)
    if public is None:
        raise BadToken("its key is not known, or is not good any more")
    if not signed_by(public, signature, body):
        raise BadToken("its signature is wrong")
    return token


def as_scanned(text: str) -> str:
    """A code without what scanners put around it. It may begin with a space, which many of them swallow, but never ends
    with one: the last of three signs is at most W."""
    text = text.lstrip("\r\n\t").rstrip()
    return f" {text}" if len(text) == LENGTH - 1 else text


def base45(data: bytes) -> str:
    out: list[str] = []
    for at in range(0, len(data) - 1, 2):
        rest, first = divmod(data[at] * 256 + data[at + 1], 45)
        third, second = divmod(rest, 45)
        out += (_ALPHABET[first], _ALPHABET[second], _ALPHABET[third])
    if len(data) % 2:
        second, first = divmod(data[-1], 45)
        out += (_ALPHABET[first], _ALPHABET[second])
    return "".join(out)


def from_base45(text: str) -> bytes:
    """Raises BadToken."""
    try:
        values = [_VALUES[sign] for sign in text]
    except KeyError as error:
        raise BadToken("it has signs that no code has") from error
    out = bytearray()
    for at in range(0, len(values), 3):
        three = values[at : at + 3]
        number = sum(value * 45**power for power, value in enumerate(three))
        width = len(three) - 1
        if not width or number >= 256**width:
            raise BadToken("it is not base45")
        out += number.to_bytes(width, "big")
    return bytes(out)
