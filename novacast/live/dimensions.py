"""Width and height from a decoder's configuration, as encoders send it before the first frame."""

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


def size(codec: str, configuration: bytes) -> Size | None:
    """Of `h264` (ISO/IEC 14496-15 5.3.3.1), `hevc` (8.3.3.1) and `av1` (AV1 in ISOBMFF 2.3.3).

    None where it doesn't say, or can't be read."""
    read = _READERS.get(codec)
    try:
        found = read(configuration) if read else None
    except IndexError:
        return None
    return found if found and found.width > 0 and found.height > 0 else None


class _Bits:
    """Raises IndexError past the end."""

    def __init__(self, data: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in data[:_HEAD])
        self._at = 0

    def take(self, count: int) -> int:
        piece = self._bits[self._at : self._at + count]
        if len(piece) < count:
            raise IndexError
        self._at += count
        return int(piece or "0", 2)

    def skip(self, *counts: int) -> None:
        self._at += sum(counts)

    def exponential(self) -> int:
        """ue(v), ITU-T H.264 9.1."""
        one = self._bits.find("1", self._at)
        if one < 0 or one - self._at > 32:
            raise IndexError
        zeros = one - self._at
        self._at = one
        return self.take(zeros + 1) - 1

    def signed(self) -> int:
        number = self.exponential()
        return (number + 1) // 2 if number & 1 else -(number // 2)

    def leading(self) -> None:
        """uvlc(), AV1 4.10.3."""
        self.exponential()


_HEAD = 256
"""Bytes that are looked at: sizes stand at the beginning."""
_CHROMA_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))


def _plain(unit: bytes) -> bytes:
    """A NAL unit's payload without the bytes that keep start codes out of it."""
    return unit[: 2 * _HEAD].replace(b"\0\0\x03", b"\0\0")


def _h264(record: bytes) -> Size:
    if not record[5] & 31:
        raise IndexError
    length = int.from_bytes(record[6:8], "big")
    bits = _Bits(_plain(record[8 : 8 + length])[1:])
    profile = bits.take(8)
    bits.skip(16)
    bits.exponential()
    chroma, separate = 1, 0
    if profile in _CHROMA_PROFILES:
        chroma = bits.exponential()
        separate = bits.take(1) if chroma == 3 else 0
        bits.exponential()
        bits.exponential()
        bits.skip(1)
        if bits.take(1):
            _scaling(bits, 8 if chroma != 3 else 12)
    bits.exponential()
    _picture_order(bits)
    bits.exponential()
    bits.skip(1)
    width, rows = bits.exponential() + 1, bits.exponential() + 1
    frames_only = bits.take(1)
    bits.skip(0 if frames_only else 1, 1)
    across, down = _subsampling(0 if separate else chroma)
    left, right, top, bottom = _cropping(bits)
    tall = 2 - frames_only
    return Size(width * 16 - across * (left + right), rows * 16 * tall - down * tall * (top + bottom))


def _scaling(bits: _Bits, lists: int) -> None:
    """ITU-T H.264 7.3.2.1.1.1: of no interest, and in the way."""
    for number in range(lists):
        if bits.take(1):
            last = following = 8
            for _ in range(16 if number < 6 else 64):
                if following:
                    following = (last + bits.signed()) % 256
                last = following or last


def _picture_order(bits: _Bits) -> None:
    kind = bits.exponential()
    if kind == 0:
        bits.exponential()
    elif kind == 1:
        bits.skip(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.exponential(), 255)):
            bits.signed()


def _cropping(bits: _Bits) -> tuple[int, int, int, int]:
    if not bits.take(1):
        return 0, 0, 0, 0
    return bits.exponential(), bits.exponential(), bits.exponential(), bits.exponential()


def _subsampling(chroma: int) -> tuple[int, int]:
    return {1: (2, 2), 2: (2, 1)}.get(chroma, (1, 1))


def _hevc(record: bytes) -> Size:
    at = 23
    for _ in range(record[22]):
        kind, count = record[at] & 63, int.from_bytes(record[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(record[at : at + 2], "big")
            if kind == 33:
                return _hevc_parameters(_Bits(_plain(record[at + 2 : at + 2 + length])[2:]))
            at += 2 + length
            if at > len(record):
                raise IndexError
    raise IndexError


def _hevc_parameters(bits: _Bits) -> Size:
    """ITU-T H.265 7.3.2.2.1."""
    bits.skip(4)
    layers = bits.take(3)
    bits.skip(1, 88, 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.skip(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.skip(88 * profile, 8 * level)
    bits.exponential()
    chroma = bits.exponential()
    separate = bits.take(1) if chroma == 3 else 0
    width, height = bits.exponential(), bits.exponential()
    across, down = _subsampling(0 if separate else chroma)
    left, right, top, bottom = _cropping(bits)
    return Size(width - across * (left + right), height - down * (top + bottom))


def _av1(record: bytes) -> Size:
    """The sequence header among the configuration's OBUs: AV1 5.3, 5.5.1."""
    at = 4
    while at < len(record):
        head = record[at]
        at += 1 + (head >> 2 & 1)
        length = len(record) - at
        if head >> 1 & 1:
            length, at = _leb128(record, at)
        if head >> 3 & 15 == 1:
            return _av1_sequence(_Bits(record[at : at + length]))
        at += length
    raise IndexError


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place in range(8):
        byte = data[at]
        at += 1
        number |= (byte & 127) << 7 * place
        if not byte & 128:
            return number, at
    raise IndexError


def _av1_sequence(bits: _Bits) -> Size:
    bits.skip(3, 1)
    if bits.take(1):
        bits.skip(5)
    else:
        _av1_points(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return Size(bits.take(across) + 1, bits.take(down) + 1)


def _av1_points(bits: _Bits) -> None:
    decoder_model, delay = 0, 0
    if bits.take(1):
        bits.skip(64)
        if bits.take(1):
            bits.leading()
        decoder_model = bits.take(1)
        if decoder_model:
            delay = bits.take(5) + 1
            bits.skip(32, 5, 5)
    initial = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.skip(12)
        if bits.take(5) > 7:
            bits.skip(1)
        if decoder_model and bits.take(1):
            bits.skip(2 * delay, 1)
        if initial and bits.take(1):
            bits.skip(4)


_READERS = {"h264": _h264, "hevc": _hevc, "av1": _av1}
