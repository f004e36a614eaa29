"""What is counted of callers."""

from collections.abc import Callable

from novacast.live.srt.buffer import Counts
from novacast.metrics import Metrics


class Counters:
    def __init__(self, metrics: Metrics, callers: Callable[[], int]) -> None:
        metrics.gauge("srt_callers", "SRT encoders that are connected or being looked at.").set_function(callers)
        self.admitted = metrics.counter("srt_admitted", "SRT encoders that were let in.")
        self.refused = metrics.counter("srt_refused", "SRT encoders refused, by the reason's code.", "reason")
        self.bytes = metrics.counter("srt_bytes", "Bytes of media received by SRT.")
        self.packets = metrics.counter(
            "srt_packets", "Packets of media received by SRT, by what became of them.", "fate"
        )
        self.strays = metrics.counter("srt_strays", "Datagrams that belong to no SRT encoder, or are none.")
        self.thrown = metrics.counter("srt_thrown_away", "Bytes thrown away because an encoder of ours was behind.")

    def add(self, now: Counts, before: Counts) -> None:
        """What came between two looks."""
        self.bytes.inc(now.bytes - before.bytes)
        for fate in ("received", "lost", "again", "dropped", "late", "twice"):
            self.packets.labels(fate).inc(getattr(now, fate) - getattr(before, fate))
