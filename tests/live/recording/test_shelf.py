"""The packager and the recorder together: what is on air is what the video is made of, also over a restart."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.live.packaging.models import Fragment, Init, Profile
from novacast.live.packaging.shelf import Shelf
from novacast.live.recording.edition import PLAYLIST, write_edition
from novacast.live.recording.journal import SEGMENT
from novacast.live.recording.mark import read_past
from novacast.live.recording.recorder import ProgrammeRecorder
from novacast.media.conformance import check_edition
from tests.fakes.clock import FakeClock
from tests.live.recording.material import BEGAN, SECONDS, TRACKS, Piece, Stretch

PROFILE = Profile("seconds", Fraction(1), None)


def fragment(piece: Piece) -> Fragment:
    made = piece.made
    return Fragment(piece.data, made.start, made.duration, piece.timescale, made.samples, independent=True)


def air(shelf: Shelf, stretch: Stretch, at: int) -> None:
    inits = {name: Init(data, stretch.pieces[name][0].timescale) for name, data in stretch.inits.items()}
    shelf.begin(inits, max(shelf.ends.values(), default=Fraction(0)), at)
    for number in range(SECONDS):
        for name, pieces in stretch.pieces.items():
            shelf.add(name, fragment(pieces[number]))


async def test_what_the_shelf_had_on_air_over_a_restart_is_one_video_that_keeps_the_rules(
    tmp_path: Path, clock: FakeClock, stretches: Sequence[Stretch]
) -> None:
    recorder = ProgrammeRecorder(tmp_path, TRACKS, lambda _: None)
    shelf = Shelf(PROFILE, TRACKS, clock, recorder)
    air(shelf, stretches[0], BEGAN)
    shelf.end()
    await recorder.close()
    recorder = ProgrammeRecorder(tmp_path, TRACKS, lambda _: None)
    shelf = Shelf(PROFILE, TRACKS, clock, recorder, read_past(tmp_path))
    air(shelf, stretches[1], BEGAN + 60 * SECOND)
    shelf.end()
    on_air = shelf.find(f"240p/{PLAYLIST}", "")
    edition = write_edition(tmp_path, await recorder.close())
    assert edition is not None
    assert list(check_edition(tmp_path).findings) == []
    assert edition.numbers == list(range(2 * SECONDS))
    told = bytes(on_air.body).decode().splitlines()  # type: ignore[union-attr]  # at the end nothing is waited for
    written = (tmp_path / "240p" / PLAYLIST).read_text().splitlines()
    names = [SEGMENT % number for number in range(2 * SECONDS)]
    assert [line for line in told if line.startswith("seg_")] == names
    tags = ("#EXTINF", "#EXT-X-DISCONTINUITY", "#EXT-X-MAP", "seg_")
    assert [line for line in written if line.startswith(tags)][:4] == [
        '#EXT-X-MAP:URI="init_0.mp4"', "#EXTINF:1.000000,", names[0], "#EXTINF:1.000000,",
    ]  # fmt: skip
    assert written.count("#EXT-X-DISCONTINUITY") == told.count("#EXT-X-DISCONTINUITY") == 1
