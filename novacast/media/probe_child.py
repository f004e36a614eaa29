"""The half of the probe that touches the file: `python -m novacast.media.probe_child PATH BOUNDS`.

Runs under limits in a process of its own, because a crafted file may do anything to a parser. Writes one JSON
object to stdout: {"info": …} or {"refused": reason, "message": …}. Everything is caught here, and only here.
"""

import json
import os
import stat
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from novacast.i18n import Text, packed, text
from novacast.media.info import Refusal
from novacast.media.ladder import frame_rate
from novacast.media.probe_index import (
    SECOND,
    begins,
    chapters,
    clean,
    closed,
    complete,
    cued,
    empty,
    end,
    gaps,
    indexed,
    indexed_end,
    scanned,
)
from novacast.media.sniff import HEAD, claim_of, container_of, why_not

FIRST_PACKETS, FIRST_SECONDS = 2000, 20
"""How much of the beginning is read for a frame and for keyframes."""
LAST_SECONDS, LAST_PACKETS = 10, 50_000
MOST_PACKETS = 5_000_000
"""A file without a duration is read through; 12 hours of 60 pictures and 47 sounds a second fit."""
FASTEST = 1000
SMALLEST = 16
LONGEST_TITLE = 100
COVERS = frozenset({"mjpeg", "png"})

VIDEO_CODECS = frozenset({
    "av1", "cfhd", "cinepak", "dnxhd", "dvvideo", "ffv1", "ffvhuff", "flv1", "h263", "h263p", "h264", "hap", "hevc",
    "huffyuv", "jpeg2000", "magicyuv", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v1", "msmpeg4v2",
    "msmpeg4v3", "prores", "qtrle", "rawvideo", "svq3", "theora", "utvideo", "v210", "vc1", "vp6", "vp6a", "vp6f",
    "vp8", "vp9", "wmv1", "wmv2", "wmv3",
})  # fmt: skip
AUDIO_CODECS = frozenset({
    "aac", "ac3", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "alac", "amr_nb", "amr_wb", "dts",
    "eac3", "flac", "mlp", "mp1", "mp2", "mp3", "nellymoser", "opus", "speex", "truehd", "vorbis", "wavpack",
    "wmalossless", "wmapro", "wmav1", "wmav2",
})  # fmt: skip

Facts = dict[str, Any]


class Refused(Exception):
    def __init__(self, reason: Refusal, message: Text) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def main() -> None:
    try:
        answer: Facts = {"info": examine(Path(sys.argv[1]), json.loads(sys.argv[2]))}
    except Refused as refused:
        answer = _told(refused.reason, refused.message)
    except MemoryError:
        answer = _told(Refusal.RESOURCES, text("The file needs more memory to read than is allowed."))
    except av.error.FFmpegError as error:
        answer = _told(Refusal.CORRUPT, text("The file is damaged or incomplete: {why}.", why=error.strerror))
    except OSError as error:
        answer = _told(Refusal.UNREADABLE, text("The file can't be opened: {why}.", why=error.strerror))
    except Exception as error:  # noqa: BLE001  a crafted file raises whatever it likes, here where it harms nobody
        answer = _told(Refusal.CORRUPT, text("The file can't be read ({kind}).", kind=type(error).__name__))
    sys.stdout.write(json.dumps(answer))


def _told(reason: Refusal, message: Text) -> Facts:
    return {"refused": reason, "message": packed(message)}


def examine(path: Path, bounds: dict[str, int]) -> Facts:
    size, head = _beginning(path)
    container = container_of(head)
    if container is None:
        raise _not_taken(head)
    with _open(path, container) as media:
        if len(media.streams) > bounds["streams"]:
            most = bounds["streams"]
            raise Refused(
                Refusal.TOO_MANY_STREAMS,
                text("The file has {count} streams; at most {most} are read.", count=len(media.streams), most=most),
            )
        warnings: list[str] = []
        start, video = media.start_time or 0, _main_video(media)
        picture, zero = _video(media, video, bounds) if video is not None else (None, start)
        audio = _heard(path, container, media, _audio(media, zero, warnings), warnings)
        if video is None and not audio:
            raise Refused(Refusal.NO_STREAMS, text("The file has neither picture nor sound that can be read."))
        if picture is not None and picture["codec"] == "h264" and container == "matroska":
            picture["keyframes"] = _read_through(path, container, picture, zero) or picture["keyframes"]
        declared = media.duration
        there = indexed_end(video, size) if video is not None else None
        duration = _playable(_last_end(path, container, declared) if there is None else there, declared)
        if declared is not None and duration < declared:
            warnings.append(f"The file ends early: {duration / SECOND:.1f} s of {declared / SECOND:.1f} s are there.")
        return {
            "container": container, "size": size, "duration": duration, "declared_duration": declared,
            "bit_rate": media.bit_rate or None, "video": picture, "audio": audio,
            "subtitles": _subtitles(media), "warnings": warnings, "cover": _cover(media),
            "chapters": chapters(media, zero), "start": start, "zero": zero,
        }  # fmt: skip


def _read_through(path: Path, container: str, picture: Facts, zero: int) -> Facts | None:
    """All keyframes of a file without a whole index, if its picture may be worth taking as it is."""
    for look in (cued, scanned):
        with _open(path, container) as media:
            for stream in media.streams:
                if stream.index != picture["index"]:
                    stream.discard = av.stream.Discard.all
            stream = next(stream for stream in media.streams.video if stream.index == picture["index"])
            if (found := look(media, stream, zero, frame_rate(Fraction(picture["fps"])))) is not None:
                return found
    return None


def _open(path: Path, container: str) -> InputContainer:
    """Only this file, only as this container: neither a name in the file nor the file's own name is followed."""
    options = {"protocol_whitelist": "file", "format_whitelist": container}
    return av.open(f"file:{path.absolute()}", format=container, options=options, metadata_errors="replace")


def _beginning(path: Path) -> tuple[int, bytes]:
    """Size and first bytes of a regular file; a pipe or device with that name is not waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise Refused(Refusal.UNREADABLE, text("This is not a regular file."))
    with os.fdopen(handle, "rb") as file:
        if found.st_size == 0:
            raise Refused(Refusal.EMPTY, text("The file is empty."))
        return found.st_size, file.read(HEAD)


def _not_taken(head: bytes) -> Refused:
    reasons = {"playlist": Refusal.PLAYLIST, "picture": Refusal.PICTURE}
    return Refused(reasons.get(claim_of(head), Refusal.NOT_MEDIA), why_not(head))


def _main_video(media: InputContainer) -> VideoStream | None:
    """The default picture track that is no cover art, else the first such."""
    moving = [s for s in media.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    return next((s for s in moving if s.disposition & av.stream.Disposition.default), moving[0] if moving else None)


def _video(media: InputContainer, stream: VideoStream, bounds: dict[str, int]) -> tuple[Facts, int]:
    """And when zero is."""
    codec = stream.codec_context
    if codec.codec_tag in {"encv", "drmi"}:
        raise Refused(Refusal.ENCRYPTED, text("The picture is encrypted (DRM)."))
    if (
        codec.codec.name not in VIDEO_CODECS
        and codec.name not in VIDEO_CODECS
        and _canonical(codec) not in VIDEO_CODECS
    ):
        raise Refused(Refusal.CODEC, text("The picture is coded as {codec}, which is not read here.", codec=codec.name))
    _check_size(codec.width, codec.height, bounds)
    codec.thread_count = 1
    frame, beginning, delay = _first_part(media, stream)
    _check_size(frame.width, frame.height, bounds)
    components, zero = frame.format.components, begins(media, stream, frame)
    return {
        "index": stream.index, "codec": _canonical(codec), "profile": stream.profile,
        "level": level if (level := codec.level or 0) > 0 else None,
        "pix_fmt": frame.format.name, "width": frame.width, "height": frame.height,
        "sample_aspect": str(stream.sample_aspect_ratio or codec.sample_aspect_ratio or 1),
        "rotation": -int(frame.rotation) % 360, "fps": str(_rate(stream)),
        "average_fps": _text(stream.average_rate), "base_fps": _text(stream.base_rate),
        "bit_rate": codec.bit_rate or None, "bit_depth": max(part.bits for part in components),
        "alpha": any(part.is_alpha for part in components), "interlaced": bool(frame.interlaced_frame),
        "colour": {"range": int(frame.color_range), "primaries": int(codec.color_primaries),
                   "transfer": int(codec.color_trc), "matrix": int(codec.colorspace)},
        "keyframes": indexed(stream, zero, delay, frame_rate(_rate(stream))) or beginning,
    }, zero  # fmt: skip


def _canonical(codec: Any) -> str:
    """The codec's own name; a decoder's (libdav1d) is not it."""
    return str(getattr(codec.codec, "canonical_name", None) or codec.codec.name)


def _check_size(width: int, height: int, bounds: dict[str, int]) -> None:
    size, widest, least = f"{width}x{height}", f"{bounds['width']}x{bounds['height']}", f"{SMALLEST}x{SMALLEST}"
    most = round(bounds["pixels"] / 1e6)
    large = text(
        "The picture is {size}; at most {widest} and {most} megapixels are taken.", size=size, widest=widest, most=most
    )
    small = text("The picture is {size}; at least {least} is needed.", size=size, least=least)
    if width > bounds["width"] or height > bounds["height"] or width * height > bounds["pixels"]:
        raise Refused(Refusal.DIMENSIONS, large)
    if width < SMALLEST or height < SMALLEST:
        raise Refused(Refusal.DIMENSIONS, small)


def _rate(stream: VideoStream) -> Fraction:
    for rate in (stream.guessed_rate, stream.average_rate, stream.base_rate):
        if rate and 0 < rate <= FASTEST:
            return Fraction(rate)
    raise Refused(Refusal.FRAME_RATE, text("The picture has no frame rate (0 pictures a second)."))


def _first_part(media: InputContainer, stream: VideoStream) -> tuple[Any, Facts | None, Fraction | None]:
    """The first picture that decodes, the keyframes of the first seconds, and how long after its decoding a keyframe
    is shown, if that is the same for all of these and each begins a closed group of pictures.
    """
    frame, keys, last, base = None, [], Fraction(0), stream.time_base or Fraction(1, SECOND)
    delays: set[Fraction] = set()
    h264, idr = _canonical(stream.codec_context) == "h264", True
    for count, packet in enumerate(media.demux(stream)):
        if frame is None:
            frame = _decoded(packet)
        if packet.pts is None:
            continue
        if packet.is_keyframe:
            keys.append(packet.pts * base)
            delays.add((packet.pts - (packet.pts if packet.dts is None else packet.dts)) * base)
            idr = idr and (not h264 or closed(packet, stream.codec_context.extradata))
        last = max(last, (packet.pts + (packet.duration or 0)) * base)
        if count >= FIRST_PACKETS or (frame is not None and keys and last - keys[0] > FIRST_SECONDS):
            break
    if frame is None:
        raise Refused(Refusal.CORRUPT, text("The file is damaged: not one picture in it can be decoded."))
    return frame, gaps(keys, last, whole=False), delays.pop() if len(delays) == 1 and idr else None


def _decoded(packet: Any) -> Any | None:
    try:
        return next(iter(packet.decode()), None)
    except av.error.FFmpegError:
        return None


def _playable(there: int | None, declared: int | None) -> int:
    """Microseconds that are there. The declared duration where nothing contradicts it by more than 1 s and 1 %."""
    if there is None or there <= 0:
        if not declared or declared <= 0:
            raise Refused(Refusal.DURATION, text("The file has no duration: nothing in it can be played."))
        return declared
    if declared is None or there < declared - max(SECOND, declared // 100):
        return there
    return declared


def _last_end(path: Path, container: str, declared: int | None) -> int | None:
    """End of the last packet, relative to the file's start. Reads only the last seconds where a seek gets there.

    Opens the file again: some demuxers refuse to seek once they met the end of a truncated file.
    """
    if declared is not None and declared > 2 * LAST_SECONDS * SECOND:
        with _open(path, container) as media:
            last = end(media, declared - LAST_SECONDS * SECOND, LAST_PACKETS)
        if last is not None:
            return last
    with _open(path, container) as media:
        return end(media, 0, MOST_PACKETS)


def _audio(media: InputContainer, zero: int, warnings: list[str]) -> list[Facts]:
    kept = []
    for stream in media.streams.audio:
        codec = stream.codec_context
        name = _canonical(codec) if codec is not None and codec.codec is not None else "unknown"
        if (name in AUDIO_CODECS or name.startswith("pcm_")) and codec.channels and codec.sample_rate:
            kept.append(_sound(stream, name) | {"clean": clean(stream, zero)})
        else:
            warnings.append(f"A sound track is coded as {name}, which is not read here; it is left out.")
    return kept


def _heard(path: Path, container: str, listed: InputContainer, tracks: list[Facts], warnings: list[str]) -> list[Facts]:
    """Those that are not empty: screen recorders write a track for sound also where there was none. What the index
    lists need not be read again."""
    sure = {stream.index for stream in listed.streams.audio if complete(stream)}
    unsure = {track["index"] for track in tracks} - sure
    if not unsure:
        return tracks
    with _open(path, container) as media:
        silent = empty(media, unsure)
    if silent:
        warnings.append("A sound track is empty; it is left out.")
    return [track for track in tracks if track["index"] not in silent]


def _sound(stream: AudioStream, codec: str) -> Facts:
    context = stream.codec_context
    return {
        "index": stream.index, "codec": codec, "profile": stream.profile, "layout": context.layout.name,
        "channels": context.channels, "sample_rate": context.sample_rate, "language": _language(stream),
        "default": bool(stream.disposition & av.stream.Disposition.default), "title": _title(stream),
    }  # fmt: skip


def _subtitles(media: InputContainer) -> list[Facts]:
    return [
        {
            "index": stream.index,
            "codec": _canonical(stream.codec_context) if stream.codec_context is not None else "unknown",
            "language": _language(stream),
            "forced": bool(stream.disposition & av.stream.Disposition.forced),
        }
        for stream in media.streams.subtitles
    ]


def _title(stream: Any) -> str | None:
    title = "".join(c for c in stream.metadata.get("title", "") if c.isprintable()).strip()
    return title[:LONGEST_TITLE] or None


def _cover(media: InputContainer) -> int | None:
    """The picture that comes with a sound file."""
    for stream in media.streams.video:
        if stream.disposition & av.stream.Disposition.attached_pic and _canonical(stream.codec_context) in COVERS:
            return stream.index
    return None


def _language(stream: Any) -> str | None:
    """ISO 639-2 as the file says it; `und` is no language."""
    language = (stream.language or "")[:35]
    return language if language and language != "und" else None


def _text(rate: Fraction | None) -> str | None:
    return str(rate) if rate else None


if __name__ == "__main__":
    main()
