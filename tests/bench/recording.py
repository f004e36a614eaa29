"""How long the end of a long programme takes: what was recorded becomes something that any player opens.

Run: `python -m tests.bench.recording [--hours N] [--segment SECONDS] [--rungs N]`. Segments are real ones of a small
picture, linked under all their names; what is measured reads none of them. Beside it: what the same takes of a server
that was killed, which has to read the journal first, and a plain copy of as many lines.
"""

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from novacast.live.packaging.models import Kept, Track
from novacast.live.recording.edition import write_edition
from novacast.live.recording.journal import (
    INIT,
    SEGMENT,
    Entry,
    Journal,
    Lines,
    of_init,
    of_segment,
    of_track,
    read_journal,
)
from novacast.media.ffmpeg import find_ffmpeg

STRETCHES = 3
FRAGMENTED = ("-movflags", "+cmaf+empty_moov+default_base_moof+frag_keyframe", "-f", "mp4")
RATE = 48_000


def tracks(rungs: int) -> Sequence[Track]:
    heights = (2160, 1440, 1080, 720, 480, 360, 240, 144)[-rungs:]
    pictures = [Track(f"{h}p", "video", h * 4000, h * 16 // 9 // 2 * 2, h, Fraction(30)) for h in heights]
    return [*pictures, Track("audio", "audio", 128_000)]


def sample(program: Path, folder: Path) -> dict[str, tuple[bytes, bytes]]:
    """Initialization and one segment, of a picture and of sound."""
    made = {}
    for kind, source, codec in (
        ("video", "testsrc2=size=160x90:rate=30:duration=1", ("-c:v", "libx264", "-preset", "ultrafast")),
        ("audio", f"sine=sample_rate={RATE}:duration=1", ("-c:a", "aac")),
    ):
        target = folder / f"{kind}.mp4"
        command = [program, "-v", "error", "-f", "lavfi", "-i", source, *codec, *FRAGMENTED, target]
        subprocess.run(command, check=True)
        data = target.read_bytes()
        at = data.index(b"moof") - 4
        made[kind] = data[:at], data[at:]
    return made


def record(folder: Path, program: Path, rungs: int, count: int, segment: int) -> Journal:
    journal, lines = Journal(), Lines(folder)
    material = sample(program, folder)
    for track in tracks(rungs):
        place = folder / track.name
        place.mkdir()
        init, media = material[track.kind]
        (place / "all.m4s").write_bytes(media)
        journal.tracks[track.name] = track
        told = [of_track(track)]
        for number in range(STRETCHES):
            (place / (INIT % number)).write_bytes(init)
            journal.add_init(track.name, number, len(init))
            told.append(of_init(track.name, number, len(init)))
        for number in range(count):
            os.link(place / "all.m4s", place / (SEGMENT % number))
            kept = one(track, number, count, segment)
            journal.add(track.name, Entry(len(media), kept))
            told.append(of_segment(track.name, kept, len(media)))
        lines.add(told)
        (place / "all.m4s").unlink()
    lines.close()
    os.sync()
    return journal


def one(track: Track, number: int, count: int, segment: int) -> Kept:
    frames = Fraction(RATE * segment, 1024)
    length = int(frames * (number + 1)) - int(frames * number)
    duration = Fraction(segment) if track.kind == "video" else Fraction(length * 1024, RATE)
    stretch = number * STRETCHES // count
    first = number == 0 or (number - 1) * STRETCHES // count != stretch
    return Kept(number, Fraction(number * segment), duration, number * segment * 1_000_000, first, stretch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=3)
    parser.add_argument("--segment", type=int, default=1)
    parser.add_argument("--rungs", type=int, default=3)
    wanted = parser.parse_args()
    count = round(wanted.hours * 3600 / wanted.segment)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = asyncio.run(find_ffmpeg(folder)).path
        journal = record(folder, program, wanted.rungs, count, wanted.segment)
        print(f"{count} segments of {wanted.segment} s in {len(journal.tracks)} renditions")
        timed("playlists at the end of a programme", lambda: write_edition(folder, journal))
        timed("after a kill: journal read, playlists written", lambda: write_edition(folder, read_journal(folder)))
        timed("its lines copied once", lambda: (folder / "copy").write_bytes((folder / "journal").read_bytes()))


def timed(what: str, work: object) -> None:
    assert callable(work)
    wall, spent = time.perf_counter(), time.process_time()
    work()
    print(f"{what}: {time.perf_counter() - wall:.2f} s, {time.process_time() - spent:.2f} s of a core")


if __name__ == "__main__":
    main()
