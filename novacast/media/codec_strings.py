"""Codec strings (RFC 6381) of sample entries, from the decoder configuration that lies in them.

Each function takes a configuration box's body; one that is too short raises IndexError, which `codec_string` tells.
"""

from collections.abc import Callable, Iterable, Mapping

from novacast.errors import MediaFailure
from novacast.i18n import text

Boxes = Mapping[bytes, bytes]
"""Kind of a box inside the sample entry -> its body."""

VIDEO_FIELDS, AUDIO_FIELDS = 78, 28
"""Bytes of a sample entry that come before its boxes: ISO/IEC 14496-12 12.1.3 and 12.2.3."""


def codec_string(entry: bytes, boxes: Boxes) -> str:
    """Raises MediaFailure for an entry that is none of `ENTRIES`, or whose configuration is missing or cut off."""
    if entry not in ENTRIES:
        raise MediaFailure(
            text(
                "The initialization segment holds '{kind}', which is no codec that is written here.",
                kind=entry.decode("latin-1"),
            )
        )
    _, configuration, read = ENTRIES[entry]
    try:
        return read(entry.decode(), boxes[configuration.encode()], boxes)
    except (KeyError, IndexError) as error:
        raise MediaFailure(
            text(
                "The initialization segment holds '{kind}' without a whole '{missing}'.",
                kind=entry.decode(),
                missing=configuration,
            )
        ) from error


def covering(strings: Iterable[str]) -> str:
    """What a variant has to say whose parts have these: of H.264 with the same profile the highest level will do."""
    distinct = list(dict.fromkeys(strings))
    levels = {one: (one[:-2], int(one[-2:], 16)) if one.startswith("avc") else (one, 0) for one in distinct}
    highest = {kind: max(level for its, level in levels.values() if its == kind) for kind, _ in levels.values()}
    return ",".join(one for one in distinct if levels[one][1] == highest[levels[one][0]])


def _avc(entry: str, body: bytes, boxes: Boxes) -> str:
    """ISO/IEC 14496-15 E.2: profile, constraint flags and level as six hexadecimal digits."""
    return f"{entry}.{body[1]:02x}{body[2]:02x}{body[3]:02x}"


def _hevc(entry: str, body: bytes, boxes: Boxes) -> str:
    """ISO/IEC 14496-15 E.3, from the record of 8.3.3.1: profile, compatibility flags in reverse bit order, tier and
    level, then the constraint bytes without the zero bytes at their end.
    """
    space, tier, profile = body[1] >> 6, body[1] >> 5 & 1, body[1] & 31
    compatible = int(f"{int.from_bytes(body[2:6], 'big'):032b}"[::-1], 2)
    level = body[12]
    constraints = "".join(f".{byte:X}" for byte in body[6:12].rstrip(b"\0"))
    return f"{entry}.{' ABC'[space].strip()}{profile}.{compatible:X}.{'LH'[tier]}{level}{constraints}"


def _av1(entry: str, body: bytes, boxes: Boxes) -> str:
    """AV1 Codec ISO Media File Format Binding, section 5: the fields after the depth stand only where one of them is
    not what is taken for granted, and then all of them.
    """
    profile, level, flags = body[1] >> 5, body[1] & 31, body[2]
    tier, depth = "MH"[flags >> 7], 12 if flags >> 5 & 1 else 10 if flags >> 6 & 1 else 8
    across, down, position = flags >> 3 & 1, flags >> 2 & 1, flags & 3
    chroma = f"{across}{down}{position if across and down else 0}"
    primaries, transfer, matrix, full = _colour(boxes)
    start = f"{entry}.{profile}.{level:02d}{tier}.{depth:02d}"
    rest = f"{flags >> 4 & 1}.{chroma}.{primaries:02d}.{transfer:02d}.{matrix:02d}.{full}"
    return start if rest == "0.110.01.01.01.0" else f"{start}.{rest}"


def _colour(boxes: Boxes) -> tuple[int, int, int, int]:
    """Primaries, transfer, matrix (ITU-T H.273) and full range of a `colr` of the type nclx; what is not specified
    counts as BT.709, which is what players take it for.
    """
    body = boxes.get(b"colr", b"")
    if len(body) < 11 or body[:4] != b"nclx":
        return 1, 1, 1, 0
    codes = (int.from_bytes(body[at : at + 2], "big") for at in (4, 6, 8))
    primaries, transfer, matrix = (1 if code == 2 else code for code in codes)
    return primaries, transfer, matrix, body[10] >> 7


def _vp9(entry: str, body: bytes, boxes: Boxes) -> str:
    """VP Codec ISO Media File Format Binding: profile, level and depth; colour only where it is not BT.709 4:2:0."""
    body = body[4:]  # version and flags of a full box
    profile, level, depth, chroma, full = body[0], body[1], body[2] >> 4, body[2] >> 1 & 7, body[2] & 1
    codes = [1 if code == 2 else code for code in (body[3], body[4], body[5])]
    start = f"{entry}.{profile:02d}.{level:02d}.{depth:02d}"
    rest = ".".join(f"{value:02d}" for value in (chroma, *codes, full))
    return start if chroma <= 1 and (codes, full) == ([1, 1, 1], 0) else f"{start}.{rest}"


def _mpeg4(entry: str, body: bytes, boxes: Boxes) -> str:
    """RFC 6381 3.3: object type, and of MPEG-4 audio the audio object type that begins its specific info.

    Descriptors are tag, size in 7-bit groups, body (ISO/IEC 14496-1 8.3.3); ES 3 holds 4 holds 5.
    """
    stream = _descriptor(body[4:], 3)
    flags, at = stream[2], 3  # ES_ID before; then optional fields, each told by a flag
    at += 2 * (flags >> 7)
    if flags >> 6 & 1:
        at += 1 + stream[at]
    at += 2 * (flags >> 5 & 1)
    decoder = _descriptor(stream[at:], 4)
    if decoder[0] != 0x40:
        return f"{entry}.{decoder[0]:02X}"
    return f"{entry}.40.{_audio_object(_descriptor(decoder[13:], 5))}"


def _audio_object(specific: bytes) -> int:
    """ISO/IEC 14496-3 1.6.2.1: five bits, and six more where those are 31."""
    kind = specific[0] >> 3
    return kind if kind != 31 else 32 + ((specific[0] & 7) << 3 | specific[1] >> 5)


def _descriptor(data: bytes, wanted: int) -> bytes:
    if data[0] != wanted:
        raise IndexError(wanted)
    size, at = 0, 1
    for byte in data[1:5]:
        size, at = size << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            break
    return data[at : at + size]


def _itself(entry: str, body: bytes, boxes: Boxes) -> str:
    """Codecs whose registered name is the whole string. Case matters: `Opus`, `fLaC`, `ac-3`."""
    return entry


Read = Callable[[str, bytes, Boxes], str]
"""Of the entry's kind, its configuration box's body, and all its boxes."""
ENTRIES: Mapping[bytes, tuple[int, str, Read]] = {
    b"avc1": (VIDEO_FIELDS, "avcC", _avc),
    b"avc3": (VIDEO_FIELDS, "avcC", _avc),
    b"hvc1": (VIDEO_FIELDS, "hvcC", _hevc),
    b"hev1": (VIDEO_FIELDS, "hvcC", _hevc),
    b"av01": (VIDEO_FIELDS, "av1C", _av1),
    b"vp09": (VIDEO_FIELDS, "vpcC", _vp9),
    b"mp4a": (AUDIO_FIELDS, "esds", _mpeg4),
    b"Opus": (AUDIO_FIELDS, "dOps", _itself),
    b"fLaC": (AUDIO_FIELDS, "dfLa", _itself),
    b"ac-3": (AUDIO_FIELDS, "dac3", _itself),
    b"ec-3": (AUDIO_FIELDS, "dec3", _itself),
}
"""Sample entry -> bytes before its boxes, the box it needs, and who reads it."""
