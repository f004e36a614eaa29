"""How many connections there may be: of one person, from one network, in all. Beyond, newcomers are told when to come
back, before anything of a connection is made for them."""

from collections import Counter

from novacast.errors import Overloaded, RateLimited
from novacast.i18n import text

PER_PERSON = 20
PER_NETWORK = 200
"""Of strangers: a school that watches has one address for all."""
COME_BACK = 10.0
"""Seconds."""
SHARE = 0.8
"""Of the connections that the server takes, and of the files that are left; the rest is for everything else."""
RESERVED = 500


FILES_EACH = 2
"""Descriptors of one that is written to together with the others."""


def most_connections(files: int, connections: int, wanted: int = 0) -> int:
    """`files`: that can still be opened; `connections`: that the server takes in all; `wanted`: 0 for SHARE of them."""
    room = (files - RESERVED) // FILES_EACH
    if wanted:
        return min(wanted, max(10, room))
    return max(10, min(round(room * SHARE), round(connections * SHARE)))


class Seats:
    def __init__(self, most: int, *, per_person: int = PER_PERSON, per_network: int = PER_NETWORK) -> None:
        self.most, self._per_person, self._per_network = most, per_person, per_network
        self.taken = 0
        self._held: Counter[str] = Counter()

    def take(self, person_id: str | None, network: str) -> str:
        """What to `leave` with. `network`: of a stranger; empty: not counted. Raises RateLimited, Overloaded."""
        if self.taken >= self.most:
            raise Overloaded(text("All places in the rooms are taken. Come back in a moment."))
        owner = f"p{person_id}" if person_id is not None else f"n{network}" if network else ""
        bound = self._per_network if person_id is None else self._per_person
        if owner and self._held[owner] >= bound:
            raise RateLimited(text("Too many rooms are open here. Close another page first."), retry_after=COME_BACK)
        self.taken += 1
        if owner:
            self._held[owner] += 1
        return owner

    def leave(self, owner: str) -> None:
        self.taken -= 1
        if owner:
            self._held[owner] -= 1
            if not self._held[owner]:
                del self._held[owner]
