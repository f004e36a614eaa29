"""Which devices are set aside, since when and why. Kept in the cache folder, shared by all workers."""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from novacast.clock import DAY, MINUTE, Clock, doubled
from novacast.media.cached import read_json, write_json
from novacast.media.encoders.locks import locked
from novacast.records import dataclass

log = logging.getLogger(__name__)

FILE = "encoder-health.json"
ENOUGH = 3
"""Failures in a row after which a device is set aside."""
FIRST = 10 * MINUTE
"""Of being set aside; twice as long each further time."""
LONGEST = DAY
CLAIM = 5 * MINUTE
"""Within which a new trial is over, or whoever made it is dead."""


@dataclass(frozen=True, slots=True)
class Health:
    device: str
    failures: int = 0
    """In a row."""
    times: int = 0
    """How often it was set aside without a long good stretch in between."""
    until: int = 0
    """Microseconds; 0 when it is not set aside. When the time is over, a new trial decides."""
    lifted_at: int = 0
    """Microseconds; when a new trial last ended well."""
    encoder: str = ""
    reason: str = ""

    @property
    def set_aside(self) -> bool:
        return self.until > 0

    def due(self, now: int) -> bool:
        return self.set_aside and now >= self.until

    def failed(self, encoder: str, reason: str, now: int) -> "Health":
        one = replace(self, failures=self.failures + 1, encoder=encoder, reason=reason)
        return one if one.failures < ENOUGH else one.aside(now)

    def failed_again(self, reason: str, now: int) -> "Health":
        """The new trial."""
        return replace(self, failures=self.failures + 1, reason=reason).aside(now)

    def succeeded(self, now: int) -> "Health":
        """A part was encoded: the failures in a row are over. Its past is forgotten after as long without any."""
        forgiven = self.times and not self.set_aside and now >= self.lifted_at + backoff(self.times)
        return replace(self, failures=0, reason="", times=0 if forgiven else self.times)

    def lifted(self, now: int) -> "Health":
        """The new trial ended well."""
        return replace(self, failures=0, until=0, reason="", lifted_at=now)

    def aside(self, now: int) -> "Health":
        return replace(self, times=self.times + 1, until=now + backoff(self.times + 1))


def backoff(times: int) -> int:
    """Microseconds."""
    return doubled(FIRST, times - 1, LONGEST)


class HealthBook:
    """Every method is blocking, for a moment. A book that can't be read is an empty one; one that can't be written
    costs a few failures more, which is no reason to stop an encoding.
    """

    def __init__(self, cache: Path, clock: Clock) -> None:
        self._file = cache / FILE
        self._clock = clock

    def all(self) -> tuple[Health, ...]:
        return tuple(self._read().values())

    def of(self, device: str) -> Health:
        return self._read().get(device, Health(device))

    def failed(self, device: str, encoder: str, reason: str) -> Health:
        return self._change(device, lambda health, now: health.failed(encoder, reason, now))

    def failed_again(self, device: str, reason: str) -> Health:
        return self._change(device, lambda health, now: health.failed_again(reason, now))

    def succeeded(self, device: str) -> Health:
        known = self.of(device)
        if not known.failures and not known.times:  # nearly always: nothing to write
            return known
        return self._change(device, lambda health, now: health.succeeded(now))

    def claim(self, device: str) -> bool:
        """Whether this caller is the one who tries the device anew; the others go on without it meanwhile."""
        claimed = False

        def take(health: Health, now: int) -> Health:
            nonlocal claimed
            claimed = health.due(now)
            return replace(health, until=now + CLAIM) if claimed else health

        self._change(device, take)
        return claimed

    def lifted(self, device: str) -> Health:
        return self._change(device, lambda health, now: health.lifted(now))

    def _change(self, device: str, change: Callable[[Health, int], Health]) -> Health:
        now = self._clock.now()
        try:
            with locked(self._file.with_suffix(".lock")):
                known = self._read()
                known[device] = change(known.get(device, Health(device)), now)
                write_json(self._file, [asdict(one) for one in known.values()])
                return known[device]
        except OSError:
            log.warning("the health of encoders can't be kept in %s", self._file)
            return change(self.of(device), now)

    def _read(self) -> dict[str, Health]:
        kept = read_json(self._file)
        try:
            return {one["device"]: Health(**one) for one in kept if isinstance(one, dict) and _typed(one)}
        except (TypeError, KeyError):
            return {}


def _typed(kept: dict[str, object]) -> bool:
    texts = {"device", "encoder", "reason"}
    return all(isinstance(value, str if name in texts else int) for name, value in kept.items())
