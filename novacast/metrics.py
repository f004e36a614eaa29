"""The registry of what is counted, handed to whoever counts; Prometheus' text is one way to read it."""

from collections.abc import Callable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.metrics import MetricWrapperBase

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
M = TypeVar("M", bound=MetricWrapperBase)


class Metrics:
    """One per process. Asking twice for a name gives the same metric, so that every owner just asks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._known: dict[str, MetricWrapperBase] = {}

    def counter(self, name: str, doc: str, *labels: str) -> Counter:
        return self._once(name, Counter, lambda: Counter(name, doc, labels, "novacast", registry=self._registry))

    def gauge(self, name: str, doc: str, *labels: str) -> Gauge:
        return self._once(name, Gauge, lambda: Gauge(name, doc, labels, "novacast", registry=self._registry))

    def value(self, name: str, **labels: str) -> float:
        """A sample by its full name (`novacast_http_requests_total`); 0 if nothing was counted yet."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def text(self) -> bytes:
        """Everything, in Prometheus' exposition format (CONTENT_TYPE)."""
        return generate_latest(self._registry)

    def _once(self, name: str, kind: type[M], make: Callable[[], M]) -> M:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = make()
        if not isinstance(known, kind):
            raise TypeError(f"{name} is a {type(known).__name__}, not a {kind.__name__}")
        return known
