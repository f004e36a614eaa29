"""Events as they go over the line: bytes made once, whoever reads them."""

import json

from novacast.clock import iso
from novacast.outbox import Event


class Frame:
    __slots__ = ("_chunk", "plain")

    def __init__(self, text: str) -> None:
        self.plain = text.encode()
        self._chunk = b""

    @property
    def chunk(self) -> bytes:
        """The same as a chunk of a chunked body (RFC 9112 section 7.1)."""
        if not self._chunk:
            self._chunk = b"%x\r\n%b\r\n" % (len(self.plain), self.plain)
        return self._chunk


HEARTBEAT = Frame(":\n\n")


def position(seq: int) -> Frame:
    """A heartbeat for who was told all up to `seq`, though little of it was for them: a resume begins there."""
    return Frame(f":\nid: {seq}\n\n")


def told(event: Event) -> str:
    """A mention has no id, so that the last one stays that of a fact."""
    data = {"subject": event.subject, "at": iso(event.at), "payload": event.payload}
    id_ = f"id: {event.seq}\n" if event.kept else ""
    return f"{id_}event: {event.topic}\ndata: {json.dumps(data, separators=(',', ':'), ensure_ascii=True)}\n\n"


def opening(seconds: float, mark: str, seq: int) -> str:
    """The first words of a stream: when to come back after a break, and `ready` or `reset` with the newest id; of a
    stream that goes on where it broke off, neither."""
    retry = f"retry: {round(seconds * 1000)}\n"
    return f"{retry}id: {seq}\nevent: {mark}\ndata: {{}}\n\n" if mark else f"{retry}\n"
