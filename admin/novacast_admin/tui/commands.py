"""The palette: everything that can be done, what is at hand first."""

from collections.abc import Iterable

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider


class Commands(Provider):
    """In the order in which the console has them; the framework's own would sort them by their names."""

    async def discover(self) -> Hits:
        for one in self._all():
            yield DiscoveryHit(one.title, one.callback, help=one.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for one in self._all():
            if (score := matcher.match(one.title)) > 0:
                yield Hit(score, matcher.highlight(one.title), one.callback, help=one.help)

    def _all(self) -> Iterable[SystemCommand]:
        return self.app.get_system_commands(self.screen)
