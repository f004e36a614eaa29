"""What was measured since the console began, once a second: for sparklines and plots, whichever screen is open."""

from collections import deque
from collections.abc import Mapping, Sequence

from novacast.overview import Machine, ProgrammeNow, Tonight

KEPT = 600
"""Seconds."""
HOUSE = ""
"""The subject of what is measured of the whole server; else it is a programme's id."""


class Curves:
    def __init__(self) -> None:
        self._kept: dict[str, dict[str, deque[float]]] = {}

    def take(self, tonight: Tonight) -> None:
        current = {one.programme.id: one for one in tonight.programmes}
        for gone in self._kept.keys() - current.keys() - {HOUSE}:
            del self._kept[gone]
        for id_, one in current.items():
            self._append(id_, _of_programme(one))
        coming = sum(one.programme.bitrate or 0 for one in tonight.programmes)
        self._append(HOUSE, {"viewers": tonight.viewers, "bitrate": coming, **_of_machine(tonight.machine)})

    def of(self, name: str, subject: str = HOUSE) -> Sequence[float]:
        """The newest last."""
        return tuple(self._kept.get(subject, {}).get(name, ()))

    def _append(self, subject: str, values: Mapping[str, float | None]) -> None:
        kept = self._kept.setdefault(subject, {})
        for name, value in values.items():
            kept.setdefault(name, deque(maxlen=KEPT)).append(value or 0.0)


def _of_programme(one: ProgrammeNow) -> Mapping[str, float | None]:
    return {"viewers": one.programme.viewers, "bitrate": one.programme.bitrate}


def _of_machine(one: Machine) -> Mapping[str, float | None]:
    return {
        "cpu": one.cpu,
        "memory": one.memory - one.memory_free,
        "server": one.server_cpu,
        "written": one.disk_written,
        "sent": one.sent,
    }
