"""The registry of what is counted, handed to whoever counts; Prometheus' text is one way to read it.

Names are Prometheus' own way: `novacast_`, a noun, its base unit, `_total` for what only grows. A label has few values,
none of which a stranger can invent.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
M = TypeVar("M", bound=MetricWrapperBase)
Sample = tuple[Sequence[str], float]
"""Values of the labels, and the figure."""

# When a counter began is a series of its own for each: twice as many, which nobody here reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations


class Metrics:
    """One per process. Asking twice for a name gives the same metric, so that every owner just asks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._known: dict[str, MetricWrapperBase] = {}

    def counter(self, name: str, doc: str, *labels: str) -> Counter:
        return self._once(name, Counter, lambda: Counter(name, doc, labels, "novacast", registry=self._registry))

    def gauge(self, name: str, doc: str, *labels: str) -> Gauge:
        return self._once(name, Gauge, lambda: Gauge(name, doc, labels, "novacast", registry=self._registry))

    def histogram(self, name: str, doc: str, *labels: str, buckets: Sequence[float]) -> Histogram:
        return self._once(
            name,
            Histogram,
            lambda: Histogram(name, doc, labels, "novacast", registry=self._registry, buckets=buckets),
        )

    def read(
        self,
        name: str,
        doc: str,
        labels: Sequence[str],
        read: Callable[[], Iterable[Sample]],
        kind: Literal["gauge", "counter"] = "gauge",
    ) -> None:
        """What is counted elsewhere and read when somebody asks; samples may come and go."""
        self._registry.register(_Read(f"novacast_{name}", doc, tuple(labels), read, kind))

    def process(self) -> None:
        """What Prometheus' clients tell of every process: processor, memory, open files, its start."""
        ProcessCollector(registry=self._registry)

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


class _Read(Collector):
    def __init__(
        self, name: str, doc: str, labels: Sequence[str], read: Callable[[], Iterable[Sample]], kind: str
    ) -> None:
        self._name, self._doc, self._labels, self._read, self._kind = name, doc, labels, read, kind

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        family = CounterMetricFamily if self._kind == "counter" else GaugeMetricFamily
        made = family(self._name, self._doc, labels=self._labels)
        for values, figure in self._read():
            made.add_metric(list(values), figure)
        yield made
