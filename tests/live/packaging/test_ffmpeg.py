"""What real FFmpegs write, cut, shelved and followed."""

import subprocess
from collections.abc import Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from novacast.live.packaging.fragments import Reader
from novacast.live.packaging.models import ULTRA, Fragment, Init, Track
from novacast.live.packaging.splicing import join
from novacast.media.boxes import codecs_of
from novacast.media.conformance.fragments import fragment_of, track_of
from tests.live.packaging.stage import Shelved, Stage
from tests.live.packaging.synthetic import SOUND
from tests.live.packaging.viewer import body
from tests.media.conftest import programs

RUNGS = {"180p": (320, 180), "90p": (160, 90)}
FPS = 30
FLAGS = "+cmaf+empty_moov+default_base_moof+frag_keyframe+skip_trailer"
SECONDS = 4

Made = Mapping[str, tuple[Init, list[Fragment]]]


def command(program: Path, folder: Path, *, each_frame: bool = False) -> list[str]:
    """Two rungs and sound, each as one pipe would have it."""
    source = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={FPS}:duration={SECONDS}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={SECONDS}"]
    wanted = [str(program), "-v", "error", "-nostdin", *source, *tone]
    flags = FLAGS + "+frag_every_frame" * each_frame
    for name, (width, height) in RUNGS.items():
        wanted += ["-map", "0:v", "-vf", f"scale={width}:{height}", "-pix_fmt", "yuv420p", "-c:v", "libx264"]
        wanted += ["-preset", "veryfast", "-tune", "zerolatency", "-r", str(FPS), "-fps_mode", "cfr", "-threads", "1"]
        wanted += ["-g", str(FPS), "-keyint_min", str(FPS), "-sc_threshold", "0", "-movflags", flags]
        wanted += ["-frag_duration", "200000", "-flush_packets", "1", "-f", "mp4", str(folder / name)]
    wanted += ["-map", "1:a", "-c:a", "aac", "-b:a", "96k", "-movflags", flags]
    return [*wanted, "-frag_duration", "180000", "-flush_packets", "1", "-f", "mp4", str(folder / "audio")]


@pytest.fixture(scope="module", params=programs(), ids=lambda path: "shipped" if "imageio" in str(path) else "system")
def program(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def made(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("pipes")
    subprocess.run(command(program, folder), check=True)
    return {name: cut(folder / name) for name in (*RUNGS, "audio")}


def cut(path: Path) -> tuple[Init, list[Fragment]]:
    reader = Reader()
    with path.open("rb") as pipe:
        init, *fragments = (one for chunk in iter(lambda: pipe.read(1000), b"") for one in reader.feed(chunk))
    assert isinstance(init, Init)
    return init, [one for one in fragments if isinstance(one, Fragment)]


def test_what_is_read_is_what_the_bytes_say(made: Made) -> None:
    for init, fragments in made.values():
        track = track_of(init.data)
        assert track.timescale == init.timescale
        for one in fragments:
            read = fragment_of(BytesIO(one.data), len(one.data), track)
            assert (read.start, read.duration, read.samples) == (one.start, one.duration, one.samples)
            assert read.sync == one.independent
        assert all(one.start + one.duration == after.start for one, after in pairwise(fragments))


def test_parts_are_whole_frames_with_the_options_of_the_ladder(made: Made) -> None:
    assert codecs_of(made["180p"][0].data)[0].startswith("avc1.")
    assert codecs_of(made["audio"][0].data) == ("mp4a.40.2",)
    for name in RUNGS:
        init, fragments = made[name]
        assert {Fraction(one.duration, init.timescale) for one in fragments} == {Fraction(1, 5)}
        assert [one.independent for one in fragments] == [number % 5 == 0 for number in range(5 * SECONDS)]
    init, fragments = made["audio"]
    assert {one.samples for one in fragments[:-1]} == {9}
    assert all(one.independent for one in fragments)


def tracks() -> list[Track]:
    pictures = [Track(name, "video", 400_000, *size, Fraction(FPS)) for name, size in RUNGS.items()]
    return [*pictures, SOUND]


def in_order(made: Made) -> Iterator[tuple[str, Fragment]]:
    pairs = ((name, one) for name, (_, fragments) in made.items() for one in fragments)
    return iter(sorted(pairs, key=lambda pair: Fraction(pair[1].start + pair[1].duration, pair[1].timescale)))


async def test_a_programme_of_real_media_is_conformant_through_two_drops(made: Made) -> None:
    stage = Stage(ULTRA, tracks(), Shelved())
    inits = {name: init for name, (init, _) in made.items()}
    for lasts in (Fraction(4), Fraction(12, 5), Fraction(31, 10)):
        stage.begin(inits)
        stage.give((name, one) for name, one in in_order(made) if Fraction(one.start, one.timescale) < lasts)
    stage.end()
    for viewer in stage.viewers:
        track = track_of(made[viewer.track][0].data)
        for segment in viewer.segments:
            data = body(stage.shelf.find(f"{viewer.track}/{segment.uri}"))
            read = fragment_of(BytesIO(data), len(data), track)
            assert read.independent
            assert abs(Fraction(read.duration, track.timescale) - (segment.duration or 0)) < Fraction(1, 100_000)
    assert [one.discontinuity for one in stage.viewer("90p").segments].count(True) == 2


def test_frames_that_were_encoded_one_by_one_make_any_part(program: Path, tmp_path: Path) -> None:
    subprocess.run(command(program, tmp_path, each_frame=True), check=True)
    for name in ("90p", "audio"):
        init, frames = cut(tmp_path / name)
        track = track_of(init.data)
        assert all(one.samples == 1 for one in frames)
        part = join(frames[3:10], 1 << 33, init)
        read = fragment_of(BytesIO(part.data), len(part.data), track)
        assert (read.start, read.samples) == (1 << 33, 7)
        assert read.duration == sum(one.duration for one in frames[3:10]) == part.duration
        assert read.sync == frames[3].independent == part.independent


def test_an_ffmpeg_decodes_what_was_joined(program: Path, tmp_path: Path) -> None:
    subprocess.run(command(program, tmp_path, each_frame=True), check=True)
    init, frames = cut(tmp_path / "90p")
    parts = [join(frames[at : at + 6], frames[at].start, init) for at in range(0, 60, 6)]
    (tmp_path / "joined.mp4").write_bytes(init.data + b"".join(part.data for part in parts))
    plain = [str(program), "-v", "error", "-xerror", "-i", str(tmp_path / "joined.mp4")]
    done = subprocess.run([*plain, "-f", "framemd5", "-"], check=True, capture_output=True, text=True)
    single = [str(program), "-v", "error", "-i", str(tmp_path / "90p"), "-frames:v", "60", "-f", "framemd5", "-"]
    before = subprocess.run(single, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-60:] == before.stdout.splitlines()[-60:]
