"""SRT from the encoder's side, over a socket that is looked at now and then: for the child process of a target."""

import secrets
import select
import socket
from typing import cast

from novacast.clock import Clock
from novacast.errors import Malformed, Unavailable
from novacast.i18n import text
from novacast.live.ingest import Tag
from novacast.live.simulcast.transport import TransportStream
from novacast.live.srt.asking import WINDOW, Agreed, Wanted, agreed, first_call, second_call
from novacast.live.srt.encryption import OwnKey
from novacast.live.srt.packets import CONTROL, HEADER, SEQUENCES, Control, Handshake, control
from novacast.live.srt.transmission import PIECE, Transmission

ANSWER_SECONDS, AGAIN_SECONDS = 10.0, 0.25
IDLE_SECONDS = 5.0
"""The other side reports every 10 ms: after so long a silence it is gone."""
ALIVE_SECONDS = 1.0
LAST_SECONDS = 0.3
LATENCY = 800
"""Milliseconds for lost packets to be sent again: four round trips of 200 ms. The other side may want more."""
TOGETHER, APART_SECONDS = 16, 0.001
"""Packets that leave at once, and what lies between them and the next: a picture is no flood."""
MOST_PACKETS = SEQUENCES // 2
"""With one key; a connection is begun anew long before its numbers come again."""
LARGEST = 1500


class Call:
    """`open` has the stream id accepted; `hear` is to be called whenever the socket has something, and often without.

    Nothing waits for the other side: what it does not take in time is lost to it, as SRT wants it.
    """

    def __init__(self, line: socket.socket, clock: Clock, stream_id: str, passphrase: str) -> None:
        """`line`: of datagrams, connected."""
        self._line, self._clock = line, clock
        key = OwnKey(passphrase) if passphrase else None
        self._wanted = Wanted(stream_id, key, LATENCY, secrets.randbelow(SEQUENCES), secrets.randbits(29) | 1)
        self._began = clock.monotonic()
        self._heard = self._said = self._began
        self._stream = TransportStream()
        self._transmission: Transmission | None = None
        self._agreed = Agreed(0, LATENCY)
        self.sent = self.missed = 0
        """Bytes; packets that the other side had no room for."""

    def fileno(self) -> int:
        return self._line.fileno()

    def open(self) -> None:
        """Raises Unavailable with the other side's reason, OSError."""
        answer = self._asked(first_call(self._wanted))
        told = self._asked(second_call(self._wanted, answer))
        self._agreed = agreed(self._wanted, told)
        latency = self._agreed.latency * 1000
        self._transmission = Transmission(self._wanted.first, self._agreed.peer, latency, self._wanted.key)
        self._heard = self._clock.monotonic()

    def send(self, tag: Tag) -> None:
        """Raises Unavailable once the other side is gone, OSError."""
        assert self._transmission is not None, "it was opened"
        data, sent = self._stream.take(tag), 0
        for at in range(0, len(data), PIECE):
            if self._transmission.unacknowledged >= WINDOW:
                self.missed += 1
                continue
            self._put(self._transmission.packed(data[at : at + PIECE], self._now()))
            sent += 1
            if sent % TOGETHER == 0:
                select.select([self._line], [], [], APART_SECONDS)
                self.hear()
        if self._transmission.numbered >= MOST_PACKETS:
            raise Unavailable(text("The connection is begun anew: it has sent all that one may."))

    def hear(self) -> None:
        """Raises Unavailable once the other side is gone, OSError."""
        assert self._transmission is not None, "it was opened"
        while (told := self._datagram()) is not None:
            head, body = told
            kind = head[0] >> 16 & 0x7FFF
            if kind == Control.SHUTDOWN:
                raise Unavailable(text("The other side hung up."))
            for answer in self._transmission.answers(head, body, self._now()):
                self._put(answer)
        now = self._clock.monotonic()
        if now - self._heard > IDLE_SECONDS:
            raise Unavailable(text("The other side says nothing any more."))
        if now - self._said > ALIVE_SECONDS:
            self._put(control(Control.KEEPALIVE, self._agreed.peer, self._now(), bytes(4)))

    def close(self) -> None:
        """Say goodbye, once the last packets have arrived or had their time."""
        assert self._transmission is not None, "it was opened"
        until = self._clock.monotonic() + LAST_SECONDS
        while self._transmission.unacknowledged and self._clock.monotonic() < until:
            if not select.select([self._line], [], [], AGAIN_SECONDS / 2)[0]:
                for datagram in self._transmission.last(TOGETHER):
                    self._put(datagram)
            self.hear()
        self._put(control(Control.SHUTDOWN, self._agreed.peer, self._now(), bytes(4)))

    def _asked(self, question: Handshake) -> Handshake:
        """The answer; the question is repeated, for either may be lost. Raises Unavailable, OSError."""
        until = self._clock.monotonic() + ANSWER_SECONDS
        while self._clock.monotonic() < until:
            self._put(control(Control.HANDSHAKE, 0, self._now(), question.written()))
            if (answer := self._answered(question)) is not None:
                return answer
        raise Unavailable(text("Nobody answers there by SRT."))

    def _answered(self, question: Handshake) -> Handshake | None:
        until = self._clock.monotonic() + AGAIN_SECONDS
        while (left := until - self._clock.monotonic()) > 0:
            select.select([self._line], [], [], left)
            told = self._datagram()
            if told is None or told[0][0] != CONTROL | Control.HANDSHAKE << 16:
                continue
            try:
                answer = Handshake.read(told[1])
            except Malformed as error:
                raise Unavailable(text("What answered speaks no SRT.")) from error
            if answer.kind == question.kind or answer.kind >= 1000:  # not the answer to what was asked before
                return answer
        return None

    def _datagram(self) -> tuple[tuple[int, int, int, int], bytes] | None:
        """The next control packet for us, if one is there. Raises OSError: nothing listens there."""
        while True:
            try:
                data = self._line.recv(LARGEST, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            if len(data) < HEADER.size:
                continue
            head = cast("tuple[int, int, int, int]", HEADER.unpack_from(data))
            if head[0] & CONTROL and head[3] == self._wanted.socket:
                self._heard = self._clock.monotonic()
                return head, data[HEADER.size :]

    def _put(self, datagram: bytes) -> None:
        self._line.send(datagram)
        self.sent += len(datagram)
        self._said = self._clock.monotonic()

    def _now(self) -> int:
        return int((self._clock.monotonic() - self._began) * 1_000_000)
