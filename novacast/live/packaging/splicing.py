"""Fragments moved in time, and put together (ISO/IEC 14496-12 8.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from struct import Struct

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.packaging.fragments import (
    COMPOSITION,
    DURATION,
    FLAGS,
    NOT_SYNC,
    OFFSET,
    SIZE,
    Defaults,
    Layout,
    Run,
    first_flags,
    layout_of,
    read_init,
    row,
    samples_at,
)
from novacast.live.packaging.models import Fragment, Init
from novacast.records import dataclass

_WORD, _LONG = Struct(">I"), Struct(">Q")
_MFHD = Struct(">I4sII")
_TFHD = Struct(">I4sII")
_TFDT = Struct(">I4sIQ")
_TRUN = Struct(">I4sIIi")
_BASE_IS_MOOF = 0x20000
_SEQUENCE_AT = 20
"""Of `mfhd`'s number in a moof that begins with it, as 8.8.4 has it."""


@dataclass(frozen=True, slots=True)
class Sample:
    duration: int
    flags: int
    composition: int
    """Ticks by which it is shown later than decoded; as 32 bits, signed or not."""
    data: memoryview


def retime(fragment: Fragment, start: int, sequence: int | None = None) -> Fragment:
    """The same, decoded from `start` on (ticks, not negative); `sequence`: mfhd's number, if it is to be another.

    Raises MediaFailure.
    """
    if start < 0:
        raise ValueError("decode times are not negative")
    data, layout = fragment.data, layout_of(fragment.data, Defaults())
    if sequence is not None and data[12:16] == b"mfhd":
        number = _WORD.pack(sequence & 0xFFFFFFFF)
    else:
        number = data[_SEQUENCE_AT : _SEQUENCE_AT + 4]
    head, at = data[:_SEQUENCE_AT] + number, layout.tfdt + 4
    if data[layout.tfdt]:
        moved = b"".join((head, data[_SEQUENCE_AT + 4 : at], _LONG.pack(start), memoryview(data)[at + 8 :]))
    elif start < 1 << 32:
        moved = b"".join((head, data[_SEQUENCE_AT + 4 : at], _WORD.pack(start), memoryview(data)[at + 4 :]))
    else:
        moved = _widened(head + data[_SEQUENCE_AT + 4 :], layout, start)
    return replace(fragment, data=moved, start=start)


def _widened(data: bytes, layout: Layout, start: int) -> bytes:
    """With a tfdt of 64 bits, for which everything behind it moves four bytes on: 8.8.12."""
    more, head = 4, bytearray(data[: layout.mdat])
    for run in layout.runs:
        if run.flags & OFFSET:
            _add(head, run.at + 8, more)
    for size_at in (0, layout.traf, layout.tfdt - 8):
        _add(head, size_at, more)
    head[layout.tfdt] = 1
    head[layout.tfdt + 4 : layout.tfdt + 8] = _LONG.pack(start)
    return bytes(head) + data[layout.mdat :]


def _add(data: bytearray, at: int, more: int) -> None:
    _WORD.pack_into(data, at, _WORD.unpack_from(data, at)[0] + more & 0xFFFFFFFF)


def join(fragments: Sequence[Fragment], start: int, init: Init | None = None) -> Fragment:
    """One fragment with the samples of all of them, decoded from `start` on (ticks).

    `init` is needed where samples take their values from its trex. Raises MediaFailure.
    """
    if not fragments or any(one.timescale != fragments[0].timescale for one in fragments):
        raise ValueError("fragments of one track are joined, at least one")
    defaults = read_init(init.data)[1] if init is not None else Defaults()
    samples = [sample for one in fragments for sample in samples_of(one.data, defaults)]
    first = fragments[0]
    track = _WORD.unpack_from(first.data, layout_of(first.data, defaults).tfhd + 4)[0]
    data = _composed(samples, track, start)
    duration = sum(sample.duration for sample in samples)
    return Fragment(data, start, duration, first.timescale, len(samples), not samples[0].flags & NOT_SYNC)


def _composed(samples: Sequence[Sample], track: int, start: int) -> bytes:
    flags = OFFSET | DURATION | SIZE | FLAGS | COMPOSITION
    table = b"".join(
        b"".join(map(_WORD.pack, (one.duration, len(one.data), one.flags, one.composition))) for one in samples
    )
    run = _TRUN.size + len(table)
    traf = 8 + _TFHD.size + _TFDT.size + run
    moof = 8 + _MFHD.size + traf
    return b"".join((
        _WORD.pack(moof), b"moof", _MFHD.pack(_MFHD.size, b"mfhd", 0, 1),
        _WORD.pack(traf), b"traf", _TFHD.pack(_TFHD.size, b"tfhd", _BASE_IS_MOOF, track),
        _TFDT.pack(_TFDT.size, b"tfdt", 1 << 24, start),
        _TRUN.pack(run, b"trun", 1 << 24 | flags, len(samples), moof + 8), table,
        _WORD.pack(8 + sum(len(one.data) for one in samples)), b"mdat", *(one.data for one in samples),
    ))  # fmt: skip


def samples_of(data: bytes, defaults: Defaults) -> Iterator[Sample]:
    """Each sample of a fragment. Raises MediaFailure where its bytes are not in it."""
    layout, view = layout_of(data, defaults), memoryview(data)
    at = layout.mdat + 8
    for run in layout.runs:
        if run.flags & OFFSET:
            at = _WORD.unpack_from(data, run.at + 8)[0]
        for duration, size, flags, composition in _rows(data, run):
            if not size or at < layout.mdat + 8 or at + size > len(data):
                raise MediaFailure(text("A fragment can't be taken apart: its samples' sizes do not fit its data."))
            yield Sample(duration, flags, composition, view[at : at + size])
            at += size


def _rows(data: bytes, run: Run) -> Iterator[tuple[int, int, int, int]]:
    at, step = run.at + samples_at(run.flags), row(run.flags)
    fields = [number for number, bit in enumerate((DURATION, SIZE, FLAGS, COMPOSITION)) if run.flags & bit]
    for sample in range(run.count):
        values = [run.defaults.duration, run.defaults.size, run.defaults.flags, 0]
        for column, field in enumerate(fields):
            values[field] = _WORD.unpack_from(data, at + step * sample + 4 * column)[0]
        if sample == 0:
            values[2] = first_flags(data, run)
        yield values[0], values[1], values[2], values[3]
