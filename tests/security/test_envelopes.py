"""Files that one key writes and another opens: whole, in order, for their purpose, or not at all."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from novacast.errors import InvalidInput, Unauthenticated, Unavailable
from novacast.security import envelopes
from novacast.security.envelopes import HEADER, PIECE, ReaderKey, WriterKey, new_reader_key, reader_key, writer_key
from novacast.security.passphrases import COSTLIEST, locked, unlocked

KEY = new_reader_key()
STEP = PIECE + 32


def sealed(content: bytes, purpose: str = "film") -> bytes:
    return b"".join(envelopes.sealed(KEY.writer(), purpose, [content]))


def opened(file: bytes, purpose: str = "film", key: ReaderKey = KEY) -> bytes:
    return b"".join(envelopes.opened(key, purpose, BytesIO(file)))


def refused(file: bytes) -> bool:
    """By who has the reader's key, and by who has only the writer's."""
    with pytest.raises(Unavailable):
        opened(file)
    with pytest.raises(Unavailable):
        envelopes.check(KEY.writer(), "film", BytesIO(file))
    return True


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_goes_in_comes_out_whatever_its_size(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    file = sealed(content)
    assert opened(file) == content
    envelopes.check(KEY.writer(), "film", BytesIO(file))


def test_parts_of_any_size_make_the_same_content() -> None:
    parts = [b"a" * 10, b"", b"b" * (PIECE + 5), b"c" * 3]
    assert opened(b"".join(envelopes.sealed(KEY.writer(), "film", parts))) == b"".join(parts)


def test_a_file_that_was_cut_off_or_turned_round_is_refused() -> None:
    file = sealed(b"a" * PIECE + b"b" * PIECE + b"c")
    header, first, second, last = (
        file[:HEADER],
        *(file[HEADER + at * STEP : HEADER + (at + 1) * STEP] for at in range(3)),
    )
    for broken in (
        b"",
        header[:-1],
        header,
        header + first,
        header + first + second,
        file[:-1],
        header + second + first + last,
        header + first + last,
        header + last,
        file + last,
        file + b"\0",
    ):
        assert refused(broken)


@pytest.mark.parametrize("at", [0, 8, 40, HEADER, HEADER + 20, -20, -1])
def test_one_bit_that_flipped_is_seen(at: int) -> None:
    file = bytearray(sealed(b"a show that must not be lost"))
    file[at] ^= 1
    with pytest.raises(Unavailable):
        envelopes.check(KEY.writer(), "film", BytesIO(bytes(file)))


def test_a_file_opens_for_its_purpose_and_its_key_alone() -> None:
    file = sealed(b"x")
    with pytest.raises(Unavailable):
        opened(file, "another")
    with pytest.raises(Unavailable):
        opened(file, key=new_reader_key())
    with pytest.raises(Unavailable):
        envelopes.check(KEY.writer(), "another", BytesIO(file))


def test_who_knows_only_the_public_half_can_put_no_file_there() -> None:
    stranger = WriterKey(KEY.writer().public, bytes(32))
    assert refused(b"".join(envelopes.sealed(stranger, "film", [b"x"])))
    assert not KEY.writer().marked("head", b"x", stranger.mark("head", b"x"))
    assert stranger.name(bytes(32)) != KEY.writer().name(bytes(32))


def test_no_more_is_read_than_one_piece_ahead() -> None:
    taken = []

    def parts() -> Iterator[bytes]:
        for number in range(6):
            taken.append(number)
            yield bytes(PIECE)

    stream = envelopes.sealed(KEY.writer(), "film", parts())
    for _ in range(3):
        next(stream)
    assert len(taken) == 2


def test_keys_are_one_line_and_a_wrong_letter_is_told() -> None:
    assert reader_key(f" {KEY.text()}\n") == KEY
    assert writer_key(KEY.writer().text()) == KEY.writer()
    letter = "A" if KEY.text()[-3] != "A" else "B"
    for wrong in ("", KEY.text()[:-1], KEY.text()[:-3] + letter + KEY.text()[-2:], KEY.writer().text(), "n\u00e4"):
        with pytest.raises(InvalidInput):
            reader_key(wrong)


def test_a_secret_under_a_passphrase_opens_with_it_alone() -> None:
    values = locked("a lamp in the projector", b"secret", cost=1024)
    assert unlocked("a lamp in the projector", values) == b"secret"
    with pytest.raises(Unauthenticated):
        unlocked("a lamp in the projectors", values)
    with pytest.raises(InvalidInput, match="12"):
        locked("too short", b"secret")
    for broken in (
        {},
        None,
        values | {"scrypt": COSTLIEST * 2},
        values | {"scrypt": 1000},
        values | {"secret": "AAAA"},
    ):
        with pytest.raises(Unavailable):
            unlocked("a lamp in the projector", broken)
