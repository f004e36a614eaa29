"""What one account at the stand-in has: objects, a clock of its own, and events of all that happens to them."""

import heapq
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import field
from itertools import count
from typing import Any

from novacast.records import dataclass
from novacast_admin.stripe_stand_in.errors import Refusal, missing
from novacast_admin.stripe_stand_in.shapes import Object, has, shaped

API_VERSION = "2026-10-28.endive"
DAY = 86_400
KEPT = 30 * DAY
"""For how long events are listed."""
_PAGE = {"limit", "starting_after", "ending_before", "created", "expand"}


@dataclass
class Account:
    base: Callable[[], float]
    """Seconds since the epoch, of a clock that others move."""
    live: bool = False
    origin: str = ""
    """Of the pages where people pay."""
    ahead: int = 0
    objects: dict[str, Object] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    heard: list[Callable[[Object], object]] = field(default_factory=list)
    """Told of each event as it comes."""
    request: Mapping[str, Any] = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    numbers: Counter[str] = field(default_factory=Counter)
    _due: list[tuple[int, int, Callable[[], object]]] = field(default_factory=list)
    _order: Iterable[int] = field(default_factory=count)

    @property
    def now(self) -> int:
        return int(self.base()) + self.ahead

    def advance(self, seconds: int) -> None:
        """Its own clock goes on; what falls due on the way happens at its moment."""
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.ahead += max(0, self._due[0][0] - self.now)
            self.tick()
        self.ahead += max(0, end - self.now)

    def tick(self) -> None:
        """What is due by now happens."""
        while self._due and self._due[0][0] <= self.now:
            heapq.heappop(self._due)[2]()

    def hurry(self, seconds: int) -> None:
        """What would fall due until then happens now: the clock itself stays, for others go by it too."""
        until = self.now + seconds
        ripe = sorted(one for one in self._due if one[0] <= until)
        # What follows from these has its own time: nothing happens twice.
        self._due = [one for one in self._due if one[0] > until]
        heapq.heapify(self._due)
        for _when, _number, work in ripe:
            work()

    @property
    def next(self) -> int | None:
        """When something falls due."""
        return self._due[0][0] if self._due else None

    def at(self, when: int, work: Callable[[], object]) -> None:
        heapq.heappush(self._due, (when, next(iter(self._order)), work))

    def add(self, kind: str, prefix: str, **fields: Any) -> Object:
        self.numbers[prefix] += 1
        mode = ("live_" if self.live else "test_") if prefix == "cs" else ""
        name = f"{prefix}_{mode}{secrets.token_hex(4)}{self.numbers[prefix]:012d}"
        made = shaped(kind, id=name, **({"created": self.now} if has(kind, "created") else {}), **fields)
        if "livemode" in made:
            made["livemode"] = self.live
        self.objects[name] = made
        return made

    def get(self, kind: str, id: str) -> Object:
        """Raises Refusal."""
        found = self.objects.get(id)
        if found is None or found["object"] != kind:
            raise missing(kind, id)
        return found

    def all(self, kind: str) -> list[Object]:
        """Newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == kind]

    def emit(self, type: str, about: Object) -> Object:
        event = shaped(
            "event",
            id=f"evt_{secrets.token_hex(4)}{len(self.events):012d}",
            type=type,
            created=self.now,
            livemode=self.live,
            api_version=API_VERSION,
            data={"object": deepcopy(about)},
            request=dict(self.request),
            pending_webhooks=len(self.heard),
        )
        self.events.append(event)
        for tell in self.heard:
            tell(event)
        return event

    def page(self, rows: Iterable[Object], params: Mapping[str, Any], url: str, **wanted: Any) -> Object:
        """A list as Stripe pages it: newest first, from an object's id on. `wanted`: fields that must be equal."""
        found = [
            one
            for one in rows
            if all(one.get(name) == value for name, value in wanted.items()) and _within(one, params.get("created"))
        ]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal("Invalid limit: must be between 1 and 100", param="limit", saved=False)
        ids = [one["id"] for one in found]
        if (after := params.get("starting_after")) is not None:
            if after not in ids:
                raise missing("object", after)
            found = found[ids.index(after) + 1 :]
        return {"object": "list", "url": url, "data": found[:limit], "has_more": len(found) > limit}

    def filtered(self, kind: str, params: Mapping[str, Any], url: str) -> Object:
        wanted = {name: value for name, value in params.items() if name not in _PAGE}
        return self.page(self.all(kind), params, url, **wanted)

    def list_events(self, params: Mapping[str, Any]) -> Object:
        types = params.get("types") or ([params["type"]] if "type" in params else [])
        if len(types) > 20:
            raise Refusal("types: at most 20", param="types", saved=False)
        rows = [
            one
            for one in reversed(self.events)
            if one["created"] > self.now - KEPT and (not types or any(_fits(one["type"], each) for each in types))
        ]
        return self.page(rows, params, "/v1/events")


def _fits(type: str, wanted: str) -> bool:
    return type.startswith(wanted[:-1]) if wanted.endswith("*") else type == wanted


def _within(one: Object, created: Any) -> bool:
    if created is None:
        return True
    if isinstance(created, int):
        return bool(one["created"] == created)
    at = one["created"]
    bounds = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(bounds[name](value) for name, value in created.items())
