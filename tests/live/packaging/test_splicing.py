from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import MediaFailure
from novacast.live.packaging.fragments import Defaults, Reader
from novacast.live.packaging.models import Fragment
from novacast.live.packaging.splicing import join, retime, samples_of
from novacast.media.conformance.fragments import fragment_of, track_of
from tests.live.packaging.synthetic import Source, fragment, picture_init, with_composition

INIT = picture_init()
TRACK = track_of(INIT.data)
LATE = (1 << 32) + 77


def read(data: bytes) -> Fragment:
    _, made = Reader().feed(INIT.data + data)
    assert isinstance(made, Fragment)
    fragment_of(BytesIO(data), len(data), TRACK)
    return made


def media(one: Fragment) -> list[tuple[int, int, int, bytes]]:
    return [(s.duration, s.flags, s.composition, bytes(s.data)) for s in samples_of(one.data, Defaults())]


@given(st.booleans(), st.booleans(), st.integers(0, (1 << 40)), st.integers(0, 1 << 31))
def test_a_moved_fragment_is_the_same_at_another_time(wide: bool, defaults: bool, start: int, before: int) -> None:
    given_ = fragment(before, 4, 512, 15360, wide=wide, defaults=defaults)
    moved = retime(given_, start, 7)
    assert read(moved.data) == moved
    assert (moved.start, moved.duration, moved.samples) == (start, given_.duration, given_.samples)
    assert media(moved) == media(given_)
    assert int.from_bytes(moved.data[20:24], "big") == 7


def test_a_time_that_needs_64_bits_gets_them() -> None:
    narrow = fragment(5, 2, 512, 15360, wide=False)
    assert len(retime(narrow, LATE).data) == len(narrow.data) + 4
    assert len(retime(narrow, LATE - 100).data) == len(narrow.data)
    assert fragment_of(BytesIO(data := retime(narrow, LATE).data), len(data), TRACK).start == LATE


def test_fragments_of_single_frames_become_one_part() -> None:
    frames = list(Source(frames=1).picture(Fraction(1, 2)))
    part = join(frames[3:9], LATE)
    assert read(part.data) == part
    assert (part.start, part.duration, part.samples, part.independent) == (LATE, 6 * 512, 6, False)
    assert media(part) == [sample for one in frames[3:9] for sample in media(one)]
    assert join(frames[:2], 0).independent


@pytest.mark.parametrize("frames", range(1, 31))
def test_a_part_can_end_at_any_frame(frames: int) -> None:
    made = list(Source(frames=1).picture(Fraction(1)))[:frames]
    part = join(made, 1024)
    checked = fragment_of(BytesIO(part.data), len(part.data), TRACK)
    assert (checked.start, checked.duration, checked.samples) == (1024, frames * 512, frames)


def test_pictures_that_are_shown_in_another_order_keep_it() -> None:
    made = with_composition(0, 512, [512, -512, 0], 15360)
    part = join([made, made], 0)
    assert [sample[2] for sample in media(part)] == [sample[2] for sample in media(made)] * 2


def test_a_fragment_whose_samples_do_not_fit_its_data_is_not_joined() -> None:
    made = fragment(0, 2, 512, 15360, size=20)
    data = made.data.replace((20).to_bytes(4, "big"), (60).to_bytes(4, "big"), 1)
    assert data != made.data
    with pytest.raises(MediaFailure, match="sizes do not fit"):
        join([Fragment(data, 0, 1024, 15360, 2, True)], 0)
