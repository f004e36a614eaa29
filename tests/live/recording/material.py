"""Media as a packager hands it to a recorder: stretches of real segments, each stretch of an encoder of its own."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.live.packaging.models import Segment, Track
from novacast.live.recording.recorder import ProgrammeRecorder
from novacast.media.conformance.fragments import Fragment, fragment_of, track_of

TRACKS = (
    Track("240p", "video", 400_000, 426, 240, Fraction(25)),
    Track("144p", "video", 200_000, 256, 144, Fraction(25)),
    Track("audio", "audio", 96_000, channels=1),
)
BEGAN = 1_764_500_000 * SECOND
SECONDS = 3
AWAY = 5
"""Seconds between two stretches, by the clock."""


@dataclass(frozen=True)
class Piece:
    data: bytes
    made: Fragment
    timescale: int

    @property
    def duration(self) -> Fraction:
        return Fraction(self.made.duration, self.timescale)


@dataclass(frozen=True)
class Stretch:
    """By track."""

    inits: Mapping[str, bytes]
    pieces: Mapping[str, Sequence[Piece]]


def encode(program: str, folder: Path, picture: str, profile: str, tone: int, seconds: int = SECONDS) -> Stretch:
    """Segments of a second: `picture` is a source of lavfi, `profile` one of H.264, so that inits differ."""
    for track in TRACKS:
        (folder / track.name).mkdir(parents=True)
    hls = ("-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", "1", "-hls_list_size", "0", "-hls_playlist_type",
           "vod", "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4")  # fmt: skip
    # Parameter sets before each keyframe too: FFmpeg's reader of HLS, and so mpv's, heeds the first EXT-X-MAP alone.
    video = ("-c:v", "libx264", "-x264-params", "repeat-headers=1", "-preset", "superfast",
             "-profile:v", profile, "-pix_fmt", "yuv420p", "-bf", "0",
             "-g", "25", "-keyint_min", "25", "-sc_threshold", "0")  # fmt: skip
    command = [program, "-v", "error", "-nostdin", "-f", "lavfi", "-i", f"{picture}=size=426x240:rate=25:d={seconds}",
               "-f", "lavfi", "-i", f"sine=frequency={tone}:sample_rate=48000:d={seconds}"]  # fmt: skip
    for track in TRACKS:
        place = str(folder / track.name)
        names = ("-hls_segment_filename", f"{place}/%05d.m4s", f"{place}/index.m3u8")
        if track.kind == "video":
            command += ["-map", "0:v", *video, "-s", f"{track.width}x{track.height}", *hls, *names]
        else:
            command += ["-map", "1:a", "-c:a", "aac", "-b:a", "96k", *hls, *names]
    subprocess.run(command, check=True)
    return Stretch(
        {track.name: (folder / track.name / "init.mp4").read_bytes() for track in TRACKS},
        {track.name: list(_pieces(folder / track.name))[:seconds] for track in TRACKS},
    )


def _pieces(folder: Path) -> Iterator[Piece]:
    track = track_of((folder / "init.mp4").read_bytes())
    for path in sorted(folder.glob("*.m4s")):
        with path.open("rb") as file:
            made = fragment_of(file, path.stat().st_size, track)
        # The muxer of HLS writes an index before each segment, which a packager does not.
        data = path.read_bytes()
        yield Piece(data[data.index(b"moof") - 4 :], made, track.timescale)


def retimed(piece: Piece, start: Fraction) -> bytes:
    """As a packager does it: the decode time of the one fragment is programme time."""
    at = piece.data.index(b"tfdt") + 4
    wide = 8 if piece.data[at] else 4
    begin = piece.made.start + round(start * piece.timescale)
    return piece.data[: at + 4] + begin.to_bytes(wide, "big") + piece.data[at + 4 + wide :]


@dataclass
class Show:
    """A programme as it goes on: numbers, times and inits go on from stretch to stretch."""

    number: int = 0
    offset: Fraction = Fraction(0)
    stretches: int = 0

    def air(self, recorder: ProgrammeRecorder, stretch: Stretch, without: Sequence[str] = ()) -> None:
        at = BEGAN + round(self.offset * SECOND) + self.stretches * AWAY * SECOND
        for name, data in stretch.inits.items():
            recorder.begin(name, self.stretches, data)
        count = min(len(ones) for ones in stretch.pieces.values())
        times = {name: Fraction(ones[0].made.start, ones[0].timescale) for name, ones in stretch.pieces.items()}
        for n in range(count):
            for name, ones in stretch.pieces.items():
                piece, start = ones[n], self.offset + times[name]
                times[name] += piece.duration
                if name in without:
                    continue
                instant = at + round((start - self.offset) * SECOND)
                parts = [retimed(piece, self.offset)]
                recorder.take(
                    Segment(name, self.number + n, parts, start, piece.duration, instant, n == 0, self.stretches)
                )
        self.number += count
        self.offset += max(times.values())
        self.stretches += 1


async def recorded(folder: Path, stretches: Sequence[Stretch], show: Show | None = None) -> Show:
    """The folder of a programme of these, or one that goes on with them."""
    show, recorder = show or Show(), ProgrammeRecorder(folder, TRACKS, lambda _: None)
    for stretch in stretches:
        show.air(recorder, stretch)
    await recorder.close()
    return show
