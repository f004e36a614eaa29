from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from novacast.media.progress import Progress, ProgressReader

BLOCK = b"frame=51\nfps=102.29\nbitrate=N/A\nout_time_us=1728000\nout_time=00:00:01.728000\nspeed=3.34x\nprogress=%s\n"


def read(*chunks: bytes) -> list[Progress]:
    told: list[Progress] = []
    reader = ProgressReader(told.append)
    for chunk in chunks:
        reader(chunk)
    return told


def test_a_block_is_told_when_it_is_whole() -> None:
    assert read(BLOCK[:60]) == []
    told = read(BLOCK % b"continue" + BLOCK % b"end")
    assert told == [Progress(1_728_000, 51, 102.29, 3.34, False), Progress(1_728_000, 51, 102.29, 3.34, True)]


@given(st.lists(st.integers(0, 200), max_size=20))
def test_how_the_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    whole = BLOCK % b"continue" + BLOCK % b"end"
    edges = [0, *sorted(cuts), len(whole)]
    assert read(*(whole[a:b] for a, b in pairwise(edges))) == read(whole)


def test_what_ffmpeg_does_not_know_yet_is_none() -> None:
    assert read(b"frame=0\nfps=0.00\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n") == [
        Progress(0, 0, 0.0, None, False)
    ]


@given(st.binary(max_size=5000))
def test_garbage_never_raises(garbage: bytes) -> None:
    for progress in read(garbage, b"\nframe=inf\nout_time_us=nan\nspeed=1e999x\nprogress=end\n"):
        assert progress.out_time >= 0


def test_the_share_is_whole_only_at_the_end() -> None:
    assert Progress(5, None, None, None, False).share(10) == 0.5
    assert Progress(50, None, None, None, False).share(10) == 0.999
    assert Progress(0, None, None, None, True).share(10) == 1.0
    assert Progress(5, None, None, None, False).share(0) == 0.0
