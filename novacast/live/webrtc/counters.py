"""What is counted of those who publish by WebRTC."""

from novacast.metrics import Metrics


class Counters:
    def __init__(self, metrics: Metrics) -> None:
        self.publishers = metrics.gauge("whip_publishers", "Who publishes by WebRTC now.")
        self.admitted = metrics.counter("whip_admitted", "Publishers by WebRTC that were let in.")
        self.refused = metrics.counter("whip_refused", "Publishers by WebRTC refused, by the reason's code.", "reason")
        self.bytes = metrics.counter("whip_bytes", "Bytes of sound and picture received by WebRTC.")
        self.thrown = metrics.counter("whip_thrown_away", "Bytes thrown away because an encoder of ours was behind.")
        self.failures = metrics.counter("webrtc_failures", "Times the WebRTC process ended by itself.")
