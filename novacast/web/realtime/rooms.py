"""Where readers wait for what happens, so that a fact costs what those cost who hear it, and nothing for the rest."""

from collections.abc import Iterable, Iterator

from novacast.outbox import PUBLIC, Event
from novacast.topics import Topic
from novacast.web.realtime.readers import Reader, Room
from novacast.web.realtime.wishes import Wish


def doors(event: Event, topic: Topic) -> tuple[Room, ...]:
    """The rooms where it is told. What is internal, or for an audience unknown here, is told in none."""
    kind, _, name = event.audience.partition(":")
    if kind == "person" and name:
        return (("person", name),)
    if topic.personal:
        return ()
    if event.audience == PUBLIC:
        return (("public",),)
    if kind != "org" or not name:
        return ()
    members: tuple[Room, ...] = tuple(("org", name, role) for role in topic.roles)
    viewers: tuple[Room, ...] = (("viewer", event.subject),) if topic.viewers else ()
    return (*members, ("system",), *viewers)


class Rooms:
    def __init__(self) -> None:
        self._inside: dict[Room, dict[Wish, set[Reader]]] = {}

    def join(self, reader: Reader) -> None:
        reader.rooms = reader.may_be_in()
        for room in reader.rooms:
            self._inside.setdefault(room, {}).setdefault(reader.wish, set()).add(reader)

    def leave(self, reader: Reader) -> None:
        for room in reader.rooms:
            wishes = self._inside[room]
            wishes[reader.wish].discard(reader)
            if not wishes[reader.wish]:
                del wishes[reader.wish]
            if not wishes:
                del self._inside[room]
        reader.rooms = frozenset()

    def hearing(self, event: Event, topic: Topic) -> Iterable[Reader]:
        """Each once, whom it is for and who wants it."""
        found = list(self._wanting(event, topic))
        return found[0] if len(found) == 1 else set().union(*found)

    def _wanting(self, event: Event, topic: Topic) -> Iterator[set[Reader]]:
        for room in doors(event, topic):
            for wish, readers in self._inside.get(room, {}).items():
                if wish.wants(event):
                    yield readers
