"""H.264 as it comes by RTP (start codes, parameter sets in the stream) as FLV has it: ISO/IEC 14496-15, 5.3.3."""

from collections.abc import Iterator

from novacast.live.ingest import Kind, Tag

START = b"\0\0\0\1"
IDR, SPS, PPS, DELIMITER = 5, 7, 8, 9
_HEADER, _FRAME = 0, 1
_KEY, _INTER = 0x17, 0x27


class Pictures:
    """Tags of one publisher's frames, from the first keyframe on, and after a loss from the next."""

    def __init__(self) -> None:
        self._sets: dict[int, bytes] = {}
        self._told: tuple[bytes, bytes] | None = None
        self.broken = True
        """What comes depends on something that was lost, until a keyframe comes."""

    def tags(self, time: int, frame: bytes) -> Iterator[Tag]:
        """`frame`: network abstraction units, each behind a start code of four bytes."""
        units = [unit for unit in frame.split(START) if unit]
        kinds = {unit[0] & 31 for unit in units}
        self._sets.update({unit[0] & 31: unit for unit in units if unit[0] & 31 in (SPS, PPS)})
        keyframe = IDR in kinds
        if keyframe and SPS in self._sets and PPS in self._sets:
            self.broken = False
            both = self._sets[SPS], self._sets[PPS]
            if both != self._told:
                self._told = both
                yield Tag(Kind.VIDEO, time, bytes((_KEY, _HEADER, 0, 0, 0)) + configuration(*both))
        pictures = [unit for unit in units if unit[0] & 31 not in (SPS, PPS, DELIMITER)]
        if pictures and not self.broken:
            body = b"".join(len(unit).to_bytes(4, "big") + unit for unit in pictures)
            yield Tag(Kind.VIDEO, time, bytes((_KEY if keyframe else _INTER, _FRAME, 0, 0, 0)) + body)


def configuration(sps: bytes, pps: bytes) -> bytes:
    """AVCDecoderConfigurationRecord of one set each; lengths of units have four bytes."""
    return b"".join((
        b"\1", sps[1:4], b"\xff\xe1",
        len(sps).to_bytes(2, "big"), sps,
        b"\1", len(pps).to_bytes(2, "big"), pps,
    ))  # fmt: skip
