"""What an offer to publish must hold, said in words before anybody is disturbed by one that does not."""

import re
from collections.abc import Iterator

from novacast.errors import InvalidInput
from novacast.i18n import text

_ADDRESS = re.compile(r"a=(?:candidate:[^\r\n]*|end-of-candidates)\r?\n")
_MEDIA = re.compile(r"^m=(\S+) .*?(?=^m=|\Z)", re.MULTILINE | re.DOTALL)
_CODECS = {
    "video": (
        re.compile(r"^a=rtpmap:\d+ H264/90000", re.MULTILINE | re.IGNORECASE),
        text("The offer holds no H.264, which is the one picture that is taken."),
    ),
    "audio": (
        re.compile(r"^a=rtpmap:\d+ opus/48000", re.MULTILINE | re.IGNORECASE),
        text("The offer holds no Opus, which is the one sound that is taken."),
    ),
}
_RECEIVES = re.compile(r"^a=(?:recvonly|inactive)\b", re.MULTILINE)
_NEEDED = (
    ("a=ice-ufrag:", text("The offer holds no ice-ufrag, without which no connection can be made.")),
    ("a=ice-pwd:", text("The offer holds no ice-pwd, without which no connection can be made.")),
    ("a=fingerprint:", text("An offer is to hold the fingerprint of a certificate.")),
)


def check(offer: str) -> None:
    """RFC 8866, 5; RFC 8829, 5.2; RFC 9725, 4.2. What else may be wrong `session` finds. Raises InvalidInput."""
    if not offer.startswith("v=0"):
        raise InvalidInput(text("This is no offer: SDP begins with v=0."))
    media = [(found[1], found[0]) for found in _MEDIA.finditer(offer)]
    kinds = [kind for kind, _ in media]
    if not kinds:
        raise InvalidInput(text("There is neither picture nor sound in the offer."))
    if not set(kinds) <= set(_CODECS) or len(set(kinds)) < len(kinds):
        raise InvalidInput(text("An offer is to hold one picture, one sound, or both, and nothing else."))
    for why in (*_wrong(media), *(why for line, why in _NEEDED if line not in offer)):
        raise InvalidInput(why)


def without_addresses(offer: str) -> str:
    """What was not asked for from an address, by a name and password that were told here, is not sent there; and a
    browser's hidden names need not be looked up."""
    return _ADDRESS.sub("", offer)


def _wrong(media: list[tuple[str, str]]) -> Iterator[str]:
    for kind, lines in media:
        codec, lacks = _CODECS[kind]
        if codec.search(lines) is None:
            yield lacks
        if _RECEIVES.search(lines) is not None:
            yield text("An offer is to send: sendonly.")
