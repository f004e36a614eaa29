"""Wings: routes that are made together, when one of them is first asked for.

A house of this size has more than a thousand routes, whose modules, and the shapes of what they take and give, are a
third of what a start would load; most of them are asked for by nobody for days. So a start needs only to know which
paths there are, by method, and which wing each leads into. That is a list which the first start makes of the routes
themselves, all wings being open for once, and leaves to the next ones in the cache (`novacast.web.plans`).
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from novacast.records import dataclass
from novacast.web.plans import Place, Plan
from novacast.web.routing import Route, collect

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wing:
    name: str
    objects: Callable[[], Iterable[object]]
    """Imports and makes the objects with the decorated methods. May be called in any thread, but only once."""


class Wings:
    """Raises ValueError where two routes have one place, and what a wing raises that must be opened at once, because no
    list tells where its paths are."""

    def __init__(self, wings: Sequence[Wing], plan: Plan) -> None:
        self._wings = {wing.name: wing for wing in wings}
        self._plan, self._routes = plan, dict[str, Sequence[Route]]()
        self._lock = threading.Lock()
        if any(name not in plan.places for name in self._wings):
            plan.places = {}
            plan.places = {name: _places(self._opened(name)) for name in self._wings}
            plan.keep()
        self.paths: Mapping[str, Mapping[str, str]] = self._led_to()
        """By path and method, which wing it leads into."""

    def all(self) -> Sequence[Route]:
        """Takes long where wings are still closed."""
        return [route for name in self._wings for route in self._opened(name)]

    async def open(self, name: str) -> Sequence[Route]:
        routes = self._routes.get(name)
        return await asyncio.to_thread(self._opened, name) if routes is None else routes

    def _led_to(self) -> Mapping[str, Mapping[str, str]]:
        paths: dict[str, dict[str, str]] = {}
        for wing in self._wings:
            for method, path in self._plan.places[wing]:
                methods = paths.setdefault(path, {})
                if method in methods:
                    raise ValueError(f"{method} {path} is there twice, in {methods[method]} and in {wing}")
                methods[method] = wing
        return paths

    def _opened(self, name: str) -> Sequence[Route]:
        with self._lock:
            if name not in self._routes:
                routes = collect(*self._wings[name].objects())
                if name in self._plan.places and _places(routes) != list(self._plan.places[name]):
                    log.error("the routes of %s are not those that were written down; start again", name)
                    self._plan.forget()
                self._routes[name] = routes
            return self._routes[name]


def _places(routes: Iterable[Route]) -> list[Place]:
    return [(route.method, route.path) for route in routes]
