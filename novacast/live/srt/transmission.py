"""What a caller sends, and sends again: draft-sharabayko-srt-01, sections 4.4 and 4.8, from the sender's side."""

import struct
from collections import OrderedDict
from itertools import islice

from novacast.live.srt.encryption import EVEN, OwnKey
from novacast.live.srt.packets import (
    CONTROL,
    ENCRYPTED_WITH,
    HEADER,
    MESSAGES,
    RETRANSMITTED,
    SEQUENCES,
    Control,
    control,
)

PIECE = 7 * 188
"""Bytes of a packet: whole packets of a transport stream, as every receiver expects."""
SHORTEST = 1_000_000
"""Microseconds that a packet is kept at least, to be sent again."""
MARGIN = 20_000
_ALONE = 0b110 << 29
"""A whole message in one packet."""


class Transmission:
    """Packets as datagrams for `peer`; all times are microseconds since the connection began."""

    def __init__(self, first: int, peer: int, latency: int, key: OwnKey | None) -> None:
        """`latency`: microseconds, agreed on."""
        self._next, self._peer, self._key = first, peer, key
        self._keeps = max(SHORTEST, latency) + MARGIN
        self._messages = 0
        self._kept: OrderedDict[int, tuple[int, bytes]] = OrderedDict()
        """Number -> when it was sent, and the datagram."""
        self.repeated = 0
        """Packets."""

    @property
    def unacknowledged(self) -> int:
        return len(self._kept)

    @property
    def numbered(self) -> int:
        """Packets so far."""
        return self._messages

    def packed(self, piece: bytes, now: int) -> bytes:
        """The datagram of at most `PIECE` bytes. What is too old to be of use is kept no longer."""
        number, self._next = self._next, (self._next + 1) % SEQUENCES
        self._messages += 1
        about = _ALONE | self._messages & MESSAGES
        if self._key is not None:
            about |= EVEN << ENCRYPTED_WITH
            piece = self._key.closed(number, piece)
        datagram = HEADER.pack(number, about, now & 0xFFFF_FFFF, self._peer) + piece
        self._kept[number] = now, datagram
        while self._kept and next(iter(self._kept.values()))[0] < now - self._keeps:
            self._kept.popitem(last=False)
        return datagram

    def answers(self, head: tuple[int, int, int, int], body: bytes, now: int) -> list[bytes]:
        """To a control packet: what was lost, once more; that a report was read."""
        kind = head[0] >> 16 & 0x7FFF
        if kind == Control.ACK and len(body) >= 4:
            self._acknowledge(int.from_bytes(body[:4], "big") % SEQUENCES)
            return [control(Control.ACKACK, self._peer, now, bytes(4), about=head[1])] if head[1] else []
        if kind == Control.NAK:
            return self._lost(body)
        return []

    def last(self, most: int) -> list[bytes]:
        """The oldest of those that are not acknowledged, once more: what nothing follows, nobody misses."""
        return [_marked(datagram) for _, datagram in islice(self._kept.values(), most)]

    def _acknowledge(self, until: int) -> None:
        """All before `until` has arrived."""
        while self._kept:
            number = next(iter(self._kept))
            if not 0 < (until - number) % SEQUENCES < SEQUENCES // 2:
                break
            del self._kept[number]

    def _lost(self, body: bytes) -> list[bytes]:
        """Of a loss list (appendix A): numbers, and pairs whose first has the top bit set."""
        words, found, first = struct.unpack(f"!{len(body) // 4}I", body[: len(body) // 4 * 4]), list[bytes](), -1
        for word in words:
            if word & CONTROL:
                first = word % SEQUENCES
                continue
            found += self._again(word if first < 0 else first, word)
            first = -1
        self.repeated += len(found)
        return found

    def _again(self, first: int, last: int) -> list[bytes]:
        length = (last - first) % SEQUENCES
        if length >= SEQUENCES // 2:
            return []
        return [
            _marked(datagram) for number, (_, datagram) in self._kept.items() if (number - first) % SEQUENCES <= length
        ]


def _marked(datagram: bytes) -> bytes:
    """As one that is sent again."""
    about = int.from_bytes(datagram[4:8], "big") | RETRANSMITTED
    return datagram[:4] + about.to_bytes(4, "big") + datagram[8:]
