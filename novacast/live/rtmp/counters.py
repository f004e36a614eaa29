"""What is counted of encoders that call."""

from collections.abc import Callable

from novacast.metrics import Metrics


class Counters:
    def __init__(self, metrics: Metrics, connections: Callable[[], int]) -> None:
        metrics.gauge("rtmp_connections", "Connections of encoders open now.").set_function(connections)
        self.publishers = metrics.gauge("rtmp_publishers", "Encoders that feed something now.")
        self.refused = metrics.counter("rtmp_refused", "Encoders refused, by the reason's code.", "reason")
        self.admitted = metrics.counter("rtmp_admitted", "Encoders that were let in.")
        self.bytes = metrics.counter("rtmp_bytes", "Bytes received from encoders.")
        self.messages = metrics.counter("rtmp_messages", "Messages of media passed on.")
        self.pauses = metrics.counter("rtmp_pauses", "Times an encoder was made to wait.")
