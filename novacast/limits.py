"""How much there may be of anything: the one rate limiter, networks that count as one, files that may be open.

The limiter is a generalized cell rate algorithm (GCRA) per key, with growing penalties. One float per key is the whole
state, so a table of many keys stays small; it is bounded, and the keys that are nearest to being free again are
forgotten first.
"""

import ipaddress
import resource
from functools import lru_cache
from pathlib import Path

from novacast.clock import Clock
from novacast.errors import RateLimited
from novacast.i18n import text
from novacast.records import dataclass

_IPV6_SITE = 64
"""Bits of an IPv6 address that one subscriber line shares (RFC 6177): counting single addresses would count nothing."""
FILES_BESIDE = 1000
"""Files that the server has open beside one for each connection, at most."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, refilled evenly over `period` seconds; every refusal costs `growth` times the last."""

    name: str
    burst: int
    period: float
    growth: float = 1.0
    longest: float = 3600.0
    """No wait grows past this many seconds."""


@dataclass(slots=True)
class _Cell:
    due: float = 0.0
    blocked_until: float = 0.0
    refusals: int = 0


class RateLimiter:
    def __init__(self, clock: Clock, *, capacity: int = 100_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._cells: dict[tuple[str, str], _Cell] = {}

    def check(self, rate: Rate, key: str) -> None:
        """Count one use of `key`. Raises RateLimited, with the seconds to wait, when it is one too many."""
        now = self._clock.monotonic()
        cell = self._cells.get((rate.name, key))
        if cell is None:
            self._make_room(now)
            cell = self._cells[rate.name, key] = _Cell()
        spacing = rate.period / rate.burst
        due = max(cell.due, now) + spacing
        if now < cell.blocked_until or due - now > rate.period + spacing * 1e-9:
            raise RateLimited(
                text("Too many tries. Wait before the next one."), retry_after=self._refuse(rate, cell, now)
            )
        cell.due = due
        if now >= cell.blocked_until + rate.period:
            cell.refusals = 0  # a whole quiet period: the past is forgiven

    def give_back(self, rate: Rate, key: str) -> None:
        """The last use of `key` was none that is to be counted."""
        cell = self._cells.get((rate.name, key))
        if cell is not None:
            cell.due -= rate.period / rate.burst

    def forgive(self, rate: Rate, key: str) -> None:
        """Forget `key`, for instance after a successful sign-in."""
        self._cells.pop((rate.name, key), None)

    @staticmethod
    def _refuse(rate: Rate, cell: _Cell, now: float) -> float:
        if now >= cell.blocked_until:
            spacing = rate.period / rate.burst
            wait = spacing * rate.growth**cell.refusals
            cell.blocked_until = max(now + min(wait, rate.longest), cell.due + spacing - rate.period)
            cell.refusals = min(cell.refusals + 1, 30)
        return max(cell.blocked_until - now, 0.001)

    def _make_room(self, now: float) -> None:
        if len(self._cells) < self._capacity:
            return
        for key in [key for key, cell in self._cells.items() if max(cell.due, cell.blocked_until) <= now]:
            del self._cells[key]
        while len(self._cells) >= self._capacity:
            del self._cells[min(self._cells, key=lambda key: self._cells[key].due)]


def files_left(wanted: int) -> int:
    """How many files this process can still open, after its soft limit is raised to `wanted` as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    most = wanted if soft == resource.RLIM_INFINITY else soft
    return most - sum(1 for _ in Path("/dev/fd").iterdir())


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 address; what is no address, as it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))
    return str(parsed)
