"""Counting: one registry, one metric per name."""

import pytest

from novacast.metrics import Metrics


def test_a_name_is_one_metric_whoever_asks() -> None:
    metrics = Metrics()
    metrics.counter("things", "Things.", "kind").labels("big").inc(2)
    metrics.counter("things", "Things.", "kind").labels("big").inc()
    assert metrics.value("novacast_things_total", kind="big") == 3
    assert b'novacast_things_total{kind="big"} 3.0' in metrics.text()


def test_a_name_can_not_be_two_kinds() -> None:
    metrics = Metrics()
    metrics.gauge("things", "Things.")
    with pytest.raises(TypeError, match="things"):
        metrics.counter("things", "Things.")


def test_two_registries_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.counter("things", "Things.").inc()
    assert other.value("novacast_things_total") == 0
