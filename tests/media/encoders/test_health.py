import json
from pathlib import Path

import pytest

from novacast.clock import DAY
from novacast.media.encoders import Event, Health, HealthBook, Report
from novacast.media.encoders.health import FILE, FIRST, backoff
from tests.fakes.clock import START, FakeClock

GPU = "cuda:0"


def fails(book: HealthBook, times: int = 3) -> Health:
    for _ in range(times):
        health = book.failed(GPU, "h264_nvenc", "It hung.")
    return health


def test_a_success_in_between_begins_the_count_anew(tmp_path: Path) -> None:
    book = HealthBook(tmp_path, FakeClock())
    fails(book, 2)
    book.succeeded(GPU)
    assert not fails(book, 2).set_aside
    assert fails(book, 1).set_aside


def test_each_time_it_is_set_aside_for_twice_as_long_until_a_day(tmp_path: Path) -> None:
    clock = FakeClock()
    book = HealthBook(tmp_path, clock)
    fails(book)
    for times in range(1, 12):
        health = book.of(GPU)
        assert health.until - clock.now() == backoff(times) == min(DAY, FIRST * 2 ** (times - 1))
        clock.advance(backoff(times) / 1e6)
        book.failed_again(GPU, "No picture came.")


def test_a_long_good_stretch_is_remembered_as_well(tmp_path: Path) -> None:
    clock = FakeClock()
    book = HealthBook(tmp_path, clock)
    fails(book)
    clock.advance(FIRST / 1e6)
    book.lifted(GPU)
    book.succeeded(GPU)
    assert fails(book).until == clock.now() + 2 * FIRST
    clock.advance(2 * FIRST / 1e6)
    book.lifted(GPU)
    clock.advance(2 * FIRST / 1e6)
    book.succeeded(GPU)
    assert fails(book).until == clock.now() + FIRST


def test_only_one_worker_tries_a_device_anew(tmp_path: Path) -> None:
    clock = FakeClock()
    books = [HealthBook(tmp_path, clock) for _ in range(2)]
    fails(books[0])
    assert not books[1].claim(GPU)
    clock.advance(FIRST / 1e6)
    assert [book.claim(GPU) for book in books] == [True, False]


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"device": 1}]', '[{"device": "cuda:0", "x": 1}]', "\x00"])
def test_a_damaged_book_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    book = HealthBook(tmp_path, FakeClock())
    assert book.all() == ()
    fails(book)
    assert json.loads((tmp_path / FILE).read_text())[0]["device"] == GPU


def test_a_book_that_can_not_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    book = HealthBook(tmp_path / "cache", FakeClock())
    assert book.failed(GPU, "h264_nvenc", "It hung.").failures == 1
    assert not book.claim(GPU)


def test_a_report_is_a_sentence_for_people() -> None:
    made = Report(START, Event.SET_ASIDE, "h264_nvenc", GPU, "It hung", "libx264", 3, START + FIRST)
    assert made.message == (
        "h264_nvenc on cuda:0 failed 3 times in a row: It hung. It is set aside until 15:16 UTC. libx264 does the work."
    )
    assert Report(START, Event.FAILED, "h264_nvenc", GPU, "It hung.").message == "h264_nvenc on cuda:0 failed: It hung."
