"""What one caller sends, and what it is told of how that arrives: draft-sharabayko-srt-01, sections 4.5 to 4.11."""

import struct
from collections.abc import Iterator

from novacast.clock import SECOND
from novacast.errors import NovaCastError
from novacast.live.srt.buffer import Buffer, Counts
from novacast.live.srt.greeting import Wish
from novacast.live.srt.packets import ENCRYPTED_WITH, HEADER, SEQUENCES, Control, Extension, loss_list
from novacast.live.srt.playout import Playout

FIRST_ROUND_TRIP = 100_000
"""Microseconds, as long as none was measured."""
LEAST_PATIENCE = 20_000
MOST_UNCONFIRMED = 128
FOREVER = 1 << 62
BETWEEN_KEYS = SECOND
"""Microseconds from one new key to the next: each takes a millisecond of everybody's time, and lasts for minutes."""
_REPORT = struct.Struct("!IIIIIII")
_TWO = struct.Struct("!II")

Answer = tuple[Control, int, int, bytes]
"""Kind, what it is about, subtype, content."""


class Reception:
    """Instants are microseconds of our clock. Answers are for the caller."""

    def __init__(self, first: int, stamp: int, now: int, wished: Wish) -> None:
        self._buffer = Buffer(first)
        self._playout = Playout(stamp, now, wished.latency * 1000)
        self._keys, self._key_message, self._learnt_at = wished.keys, wished.key_message, now
        self._round_trip, self._varies = FIRST_ROUND_TRIP, FIRST_ROUND_TRIP // 2
        self._reports = 0
        self._unconfirmed: dict[int, int] = {}
        self._reported = -1
        self._reported_at = now
        self._rate_at, self._rate_of, self._rate = now, (0, 0), (0, 0)

    @property
    def counts(self) -> Counts:
        return self._buffer.counts

    def data(self, head: tuple[int, int, int, int], datagram: bytes) -> None:
        """Raises Unauthenticated for what is encrypted with a key that was never told."""
        sequence, which = head[0] % SEQUENCES, head[1] >> ENCRYPTED_WITH & 3
        place = self._buffer.place(sequence)
        if not self._buffer.expects(place) or bool(which) is not (self._keys is not None):
            return
        payload = datagram[HEADER.size :]
        if self._keys is not None:
            payload = self._keys.opened(which, sequence, payload)
        self._buffer.add(place, self._playout.due(head[2]), payload)

    def due(self, now: int) -> bytes:
        return b"".join(self._buffer.due(now))

    def rest(self) -> bytes:
        return b"".join(self._buffer.due(FOREVER))

    def control(self, head: tuple[int, int, int, int], body: bytes, now: int) -> Iterator[Answer]:
        kind = head[0] >> 16 & 0x7FFF
        if kind == Control.ACKACK:
            self._confirmed(head[1], head[2], now)
        elif kind == Control.DROP and len(body) >= _TWO.size:
            first, last = _TWO.unpack_from(body)
            self._buffer.forgo(self._buffer.place(first % SEQUENCES), self._buffer.place(last % SEQUENCES))
        elif kind == Control.EXTENSION and head[0] & 0xFFFF == Extension.KEY_REQUEST and self._learnt(body, now):
            yield Control.EXTENSION, 0, Extension.KEY_RESPONSE, body

    def reports(self, now: int) -> Iterator[Answer]:
        """To be sent now: what has arrived, and what has not."""
        acknowledged = self._buffer.acknowledged
        patience = self._round_trip + 4 * self._varies
        if acknowledged != self._reported or (self._unconfirmed and now - self._reported_at > patience):
            self._reports += 1
            self._reported, self._reported_at = acknowledged, now
            self._unconfirmed[self._reports] = now
            if len(self._unconfirmed) > MOST_UNCONFIRMED:
                del self._unconfirmed[next(iter(self._unconfirmed))]
            yield Control.ACK, self._reports, 0, self._report(acknowledged, now)
        if gaps := self._buffer.wanted(now, max(LEAST_PATIENCE, patience // 2)):
            yield Control.NAK, 0, 0, loss_list(gaps)

    def _report(self, acknowledged: int, now: int) -> bytes:
        counts = self._buffer.counts
        if now - self._rate_at >= SECOND:
            packets, size = counts.received - self._rate_of[0], counts.bytes - self._rate_of[1]
            self._rate = packets * SECOND // (now - self._rate_at), size * SECOND // (now - self._rate_at)
            self._rate_at, self._rate_of = now, (counts.received, counts.bytes)
        packets, size = self._rate
        return _REPORT.pack(acknowledged, self._round_trip, self._varies, self._buffer.room, packets, packets, size)

    def _confirmed(self, report: int, stamp: int, now: int) -> None:
        sent = self._unconfirmed.pop(report, None)
        if sent is None:
            return
        for older in [one for one in self._unconfirmed if one < report]:
            del self._unconfirmed[older]
        took = now - sent
        if report == 1:
            self._round_trip, self._varies = took, took // 2
        self._varies = (3 * self._varies + abs(self._round_trip - took)) // 4
        self._round_trip = (7 * self._round_trip + took) // 8
        self._playout.hear(stamp, now, self._round_trip)

    def _learnt(self, message: bytes, now: int) -> bool:
        if self._keys is None:
            return False
        if message != self._key_message:
            if now - self._learnt_at < BETWEEN_KEYS:
                return False  # it is told again until it is answered
            self._learnt_at = now
            try:
                self._keys.learn(message)
            except NovaCastError:
                return False
            self._key_message = message
        return True
