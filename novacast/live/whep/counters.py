"""What is counted of those who watch by WebRTC."""

from collections.abc import Mapping

from novacast.metrics import Metrics


class Counters:
    def __init__(self, metrics: Metrics) -> None:
        self.viewers = metrics.gauge("whep_viewers", "Who watches by WebRTC now.")
        self.admitted = metrics.counter("whep_admitted", "Viewers by WebRTC that were let in.")
        self.refused = metrics.counter("whep_refused", "Viewers by WebRTC refused, by the reason's code.", "reason")
        self.revoked = metrics.counter("whep_revoked", "Viewers by WebRTC who lost the permission while they watched.")
        self.skipped = metrics.counter("whep_skipped", "Tags left out because the process that sends was behind.")
        self.failures = metrics.counter("whep_failures", "Times the process that sends ended by itself.")
        self._sent = {
            "bytes": metrics.counter("whep_bytes", "Bytes of picture and sound sent by WebRTC."),
            "pictures": metrics.counter("whep_pictures", "Pictures sent by WebRTC."),
            "dropped": metrics.counter("whep_dropped", "Pictures left out for viewers by WebRTC who were too slow."),
            "wished": metrics.counter("whep_keyframes_wished", "Keyframes that viewers by WebRTC asked for."),
            "lost": metrics.counter("whep_packets_again", "Packets that viewers by WebRTC asked for once more."),
        }

    def grow(self, numbers: Mapping[str, int]) -> None:
        """By what the process has counted since it last said so."""
        for name, more in numbers.items():
            if (counter := self._sent.get(name)) is not None:
                counter.inc(more)
