"""FLV as a stream of tags: FLV specification 10.1, annex E, and Enhanced RTMP v2 for what its codec byte became."""

from collections.abc import Callable, Iterator
from typing import Literal

from novacast.errors import Malformed, TooLarge
from novacast.i18n import text
from novacast.live.ingest import Kind, Tag
from novacast.records import dataclass

HEADER = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
"""With sound and picture, and the first back pointer."""
TAG_HEADER, BACK_POINTER = 11, 4
_KINDS = frozenset(Kind)

VIDEO_CODECS = {2: "h263", 4: "vp6", 5: "vp6a", 7: "h264", 12: "hevc"}
AUDIO_CODECS = {0: "pcm", 2: "mp3", 3: "pcm", 7: "g711a", 8: "g711u", 10: "aac", 11: "speex", 14: "mp3"}
FOURCCS = {
    b"avc1": "h264", b"hvc1": "hevc", b"vvc1": "vvc", b"av01": "av1", b"vp08": "vp8", b"vp09": "vp9",
    b"mp4a": "aac", b"Opus": "opus", b"fLaC": "flac", b"ac-3": "ac3", b"ec-3": "eac3", b".mp3": "mp3",
}  # fmt: skip
_OFFSET_CODECS = frozenset((b"avc1", b"hvc1", b"vvc1"))
"""Whose coded frames begin with a composition time."""

Part = Literal["header", "frame", "end", "other"]
"""A decoder's configuration, a frame, the end of a sequence, or what describes the others."""
_SEQUENCE_START, _CODED_FRAMES, _SEQUENCE_END, _CODED_FRAMES_X, _METADATA = range(5)
_MULTITRACK, _MODIFIER = 6, 7
_AUDIO_MULTITRACK = 5
_VIDEO_PARTS: dict[int, Part] = {0: "header", 1: "frame", 2: "end", 3: "frame", 5: "header"}
_AUDIO_PARTS: dict[int, Part] = {0: "header", 1: "frame", 2: "end"}
_ONE_TRACK, _MANY_CODECS = 0, 2


def framed(tag: Tag) -> bytes:
    """The tag as it stands in a file; its time modulo 2**32, as demuxers unwrap it."""
    size, time = len(tag.data), tag.time & 0xFFFFFFFF
    return b"".join((
        bytes((tag.kind,)),
        size.to_bytes(3, "big"),
        (time & 0xFFFFFF).to_bytes(3, "big"),
        bytes((time >> 24, 0, 0, 0)),
        tag.data,
        (size + TAG_HEADER).to_bytes(4, "big"),
    ))  # fmt: skip


class TagReader:
    """Tags of a stream as it arrives, such as FFmpeg writes to a pipe. `most`: bytes of one tag."""

    def __init__(self, most: int = 8 * 1024**2) -> None:
        self._most = most
        self._data = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> list[Tag]:
        """Those that are whole now, without what is neither sound, picture nor script. Raises Malformed, TooLarge."""
        self._data += data
        at, found = 0, []
        if not self._begun:
            if len(self._data) < len(HEADER):
                return []
            if not self._data.startswith(b"FLV\x01"):
                raise Malformed(text("This is no FLV stream."))
            at = int.from_bytes(self._data[5:9], "big") + BACK_POINTER
            if at != len(HEADER):  # else whatever comes would be waited for, and kept
                raise Malformed(text("This is no FLV stream."))
            self._begun = True
        while len(self._data) >= at + TAG_HEADER:
            head = self._data[at : at + TAG_HEADER]
            size = int.from_bytes(head[1:4], "big")
            if size > self._most:
                raise TooLarge(
                    text("The encoder sent a frame of {size} bytes; {most} are allowed.", size=size, most=self._most)
                )
            end = at + TAG_HEADER + size
            if len(self._data) < end + BACK_POINTER:
                break
            if head[0] in _KINDS:
                time = int.from_bytes(head[7:8] + head[4:7], "big")
                found.append(Tag(Kind(head[0]), time, bytes(memoryview(self._data)[at + TAG_HEADER : end])))
            at = end + BACK_POINTER
        del self._data[:at]
        return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What a tag's head says of one track."""

    codec: str
    """Of `FOURCCS`' values and the like; empty where it is none that has a name here."""
    part: Part
    keyframe: bool = False
    composition: int = 0
    """Milliseconds from decoding to showing."""
    track: int = 0
    body: int = 0
    """Where the payload begins: in the tag's data, from here to `end`."""
    end: int = 0
    enhanced: bool = False


def facts(tag: Tag) -> tuple[Facts, ...]:
    """One for each track of the tag: several of enhanced RTMP's multitrack, none of a script. Raises Malformed."""
    try:
        if tag.kind is Kind.VIDEO:
            return _enhanced_video(tag.data) if tag.data[0] & 0x80 else (_video(tag.data),)
        if tag.kind is Kind.AUDIO:
            return _enhanced_audio(tag.data) if tag.data[0] >> 4 == 9 else (_audio(tag.data),)
    except IndexError as error:
        raise Malformed(text("The encoder sent a frame that is cut off.")) from error
    return ()


def _video(data: bytes) -> Facts:
    codec, form = VIDEO_CODECS.get(data[0] & 15, ""), data[0] >> 4
    if form == 5:
        return Facts(codec, "other", end=len(data))
    if codec not in ("h264", "hevc"):
        return Facts(codec, "frame", form == 1, body=1, end=len(data))
    part: Part = ("header", "frame", "end")[data[1]]
    return Facts(codec, part, form == 1 and part == "frame", _signed(data, 2), body=5, end=len(data))


def _audio(data: bytes) -> Facts:
    codec = AUDIO_CODECS.get(data[0] >> 4, "")
    if codec != "aac":
        return Facts(codec, "frame", body=1, end=len(data))
    return Facts(codec, "frame" if data[1] else "header", body=2, end=len(data))


def _enhanced_video(data: bytes) -> tuple[Facts, ...]:
    form = data[0] >> 4 & 7
    packet, at = _modified(data, data[0] & 15)
    if form == 5 and packet != _METADATA:
        return (Facts("", "other", end=len(data), enhanced=True),)
    if packet == _MULTITRACK:
        return tuple(_tracks(data, at, _video_track, form))
    return (_video_track(data, at + 4, len(data), packet, _fourcc(data, at), 0, form),)


def _enhanced_audio(data: bytes) -> tuple[Facts, ...]:
    packet, at = _modified(data, data[0] & 15)
    if packet == _AUDIO_MULTITRACK:
        return tuple(_tracks(data, at, _audio_track, 0))
    return (_audio_track(data, at + 4, len(data), packet, _fourcc(data, at), 0, 0),)


def _modified(data: bytes, packet: int) -> tuple[int, int]:
    """Packet type, and where what follows it begins, past modifiers such as a finer timestamp."""
    at = 1
    while packet == _MODIFIER:
        size = data[at] + 1
        at += 1
        if size == 256:
            size = (data[at] << 8 | data[at + 1]) + 1
            at += 2
        at += size
        packet = data[at] & 15
        at += 1
    return packet, at


def _tracks(data: bytes, at: int, read: Callable[..., Facts], form: int) -> Iterator[Facts]:
    form_of_tracks, packet = data[at] >> 4, data[at] & 15
    at += 1
    codec = b""
    if form_of_tracks != _MANY_CODECS:
        codec = _fourcc(data, at)
        at += 4
    while at < len(data):
        if form_of_tracks == _MANY_CODECS:
            codec = _fourcc(data, at)
            at += 4
        track = data[at]
        at += 1
        end = len(data)
        if form_of_tracks != _ONE_TRACK:
            end = at + 3 + (data[at] << 16 | data[at + 1] << 8 | data[at + 2])
            at += 3
            if end > len(data):
                raise IndexError
        yield read(data, at, end, packet, codec, track, form)
        at = end


def _video_track(data: bytes, at: int, end: int, packet: int, codec: bytes, track: int, form: int) -> Facts:
    part, composition = _VIDEO_PARTS.get(packet, "other"), 0
    if packet == _CODED_FRAMES and codec in _OFFSET_CODECS:
        composition = _signed(data, at)
        at += 3
    keyframe = form == 1 and part == "frame"
    return Facts(FOURCCS.get(codec, ""), part, keyframe, composition, track, at, end, enhanced=True)


def _audio_track(data: bytes, at: int, end: int, packet: int, codec: bytes, track: int, form: int) -> Facts:
    return Facts(FOURCCS.get(codec, ""), _AUDIO_PARTS.get(packet, "other"), False, 0, track, at, end, enhanced=True)


def _fourcc(data: bytes, at: int) -> bytes:
    if len(data) < at + 4:
        raise IndexError
    return data[at : at + 4]


def _signed(data: bytes, at: int) -> int:
    number = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
    return number - (1 << 24) if number & 0x800000 else number
