"""What comes over from another system: shapes between whoever reads its files and the slices that take what is in them.

All values are texts, as the file has them; what they mean is for the slice to say that takes them.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from novacast.database import Transaction
from novacast.i18n import Text
from novacast.records import dataclass

Line = Mapping[str, str]
"""A row of a file by the names of our fields; what it does not say is missing, never empty."""


class Kind(StrEnum):
    USERS = "users"
    EVENTS = "events"
    ORDERS = "orders"


class Did(StrEnum):
    MADE = "made"
    ADDED = "added"
    """It was here, and got something that it had not."""
    KNOWN = "known"
    """It is here already: nothing was done."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of a file: a person, an event with all that is sold of it, an order with its tickets."""

    key: str
    """Its name in the other system; empty: it has none."""
    row: int
    """Of its first line, as a spreadsheet counts them."""
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom something is brought, and how."""

    org_id: str
    """Empty: the lines say it."""
    invite: bool = False
    """Whether new people are told by mail."""
    person_id: str | None = None
    """Who brings it."""


@dataclass(frozen=True, slots=True)
class Brought:
    did: Did
    id: str
    """Ours."""
    notes: Sequence[Text] = ()
    """What of it was left out, and why."""


class Links(Protocol):
    """What became of things of the other system: by it nothing is made twice."""

    def find(self, tx: Transaction, kind: str, key: str) -> str | None:
        """Our id."""
        ...

    def keep(self, tx: Transaction, kind: str, key: str, id_: str, *, made: bool = True) -> None:
        """`made`: whether it was made for this record; else it was here."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A thing that an import made."""

    kind: str
    key: str
    id: str


class Mine(Protocol):
    def __call__(self, tx: Transaction, kind: str, id_: str) -> bool:
        """Whether the same import made this."""
        ...


class Takes(Protocol):
    """A slice's side. `take` raises NovaCastError for what can't be taken: then nothing of that record is here."""

    def take(self, tx: Transaction, wish: Wish, links: Links, record: Record) -> Brought: ...


class Undoes(Protocol):
    """A slice's other side."""

    async def look(self, made: Made) -> None:
        """Before `undo`: what no transaction can see. Raises Conflict that names it and what was done with it since."""
        ...

    def undo(self, tx: Transaction, who: str | None, made: Made, mine: Mine) -> Collection[str]:
        """Take back what `take` made, unless it was touched since: ids of all that is gone with it; empty where it goes
        and stays with something else. Raises Conflict as `look` does."""
        ...
