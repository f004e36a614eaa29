from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.errors import MediaFailure
from novacast.live.packaging.fragments import LARGEST_FRAGMENT, Reader
from novacast.live.packaging.models import Fragment, Init
from tests.live.packaging.synthetic import Source, box, fragment, full, picture_init, sound_init, with_composition

INIT = picture_init()


def everything(chunks: Iterable[bytes]) -> list[Init | Fragment]:
    reader = Reader()
    return [made for chunk in chunks for made in reader.feed(chunk)]


def test_a_pipe_becomes_its_initialization_and_its_fragments() -> None:
    made = list(Source().picture(Fraction(2)))
    assert everything([INIT.data + b"".join(one.data for one in made)]) == [INIT, *made]


@given(st.lists(st.integers(1, 700), max_size=60))
@settings(max_examples=50)
def test_it_does_not_matter_how_the_pipe_is_cut(sizes: list[int]) -> None:
    made = list(Source().picture(Fraction(1)))
    data, chunks = INIT.data + b"".join(one.data for one in made), []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    assert everything([*chunks, data]) == [INIT, *made]


def test_a_fragment_comes_with_its_last_byte() -> None:
    reader, [made] = Reader(), list(Source().sound(Fraction(1, 10)))
    init = sound_init()
    assert list(reader.feed(init.data + made.data[:-1])) == [init]
    assert list(reader.feed(made.data[-1:])) == [made]


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("defaults", [True, False])
@pytest.mark.parametrize("sync", [True, False])
def test_times_and_flags_are_read_wherever_they_stand(wide: bool, defaults: bool, sync: bool) -> None:
    made = fragment(90_000, 5, 512, 15360, sync=sync, wide=wide, defaults=defaults)
    assert everything([INIT.data, made.data]) == [INIT, made]


def test_composition_offsets_are_no_durations() -> None:
    made = with_composition(0, 512, [512, -512, 0], 15360)
    assert everything([INIT.data, made.data]) == [INIT, made]


def test_defaults_of_the_initialization_are_those_of_last_resort() -> None:
    extends = full(b"trex", 0, 0, b"".join(number.to_bytes(4, "big") for number in (1, 1, 512, 20, 0x1010000)))
    head = INIT.data[: INIT.data.index(b"mvex") - 4]
    movie = head[head.index(b"moov") + 4 :] + box(b"mvex", extends)
    init = INIT.data[: INIT.data.index(b"moov") - 4] + box(b"moov", movie)
    run = full(b"trun", 0, 1, (2).to_bytes(4, "big"), (76).to_bytes(4, "big"))
    track = box(b"traf", full(b"tfhd", 0, 0x20000, b"\0\0\0\1"), full(b"tfdt", 0, 0, bytes(4)), run)
    data = box(b"moof", full(b"mfhd", 0, 0, bytes(4)), track) + box(b"mdat", bytes(40))
    _, made = everything([init + data])
    assert made == Fragment(data, 0, 1024, 15360, 2, independent=False)


def test_what_belongs_to_files_is_passed_over() -> None:
    made = fragment(0, 1, 512, 15360)
    data = box(b"styp", b"msdh", bytes(4)) + box(b"sidx", bytes(40)) + made.data + box(b"free", b"x")
    assert everything([INIT.data + data]) == [INIT, made]


MADE = fragment(0, 6, 512, 15360)
DAMAGED = {
    "text": b"Error: no such filter\n",
    "zeros": bytes(64),
    "flv": b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00",
    "fragment-first": MADE.data,
    "moov-alone": box(b"moov", bytes(8)),
    "moof-twice": INIT.data + 2 * MADE.data[: MADE.data.index(b"mdat") - 4],
    "mdat-alone": INIT.data + box(b"mdat", bytes(8)),
    "unknown-box": INIT.data + box(b"what", bytes(8)),
    "too-large": INIT.data + (LARGEST_FRAGMENT + 1).to_bytes(4, "big") + b"mdat",
    "large-size-form": INIT.data + (1).to_bytes(4, "big") + b"mdat",
    "no-traf": INIT.data + box(b"moof", full(b"mfhd", 0, 0, bytes(4))) + box(b"mdat", b"x"),
    "two-tracks": box(b"ftyp", bytes(8)) + box(b"moov", 2 * INIT.data[INIT.data.index(b"trak") - 4 :]),
    "no-samples": INIT.data + fragment(0, 0, 512, 15360).data,
    "no-time": INIT.data + fragment(0, 2, 0, 15360).data,
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_fragmented_track_is_refused(data: bytes) -> None:
    with pytest.raises(MediaFailure, match=r"encoder's output|initialization segment"):
        everything([data])


@given(st.data())
@settings(max_examples=150)
def test_damage_does_no_more_than_be_refused(data: st.DataObject) -> None:
    whole = bytearray(INIT.data + MADE.data + with_composition(3072, 512, [0, 512], 15360).data)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = everything([bytes(whole)])
    except MediaFailure:
        return
    assert all(one.samples > 0 and one.duration > 0 for one in made if isinstance(one, Fragment))
