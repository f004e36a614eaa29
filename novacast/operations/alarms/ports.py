"""What is watched, and how people are reached."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from novacast.database import Query, Transaction
from novacast.operations.tonight.ports import Broadcasts, Works


class Oddity(Protocol):
    @property
    def what(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Money(Protocol):
    async def money_waits(self) -> Sequence[Oddity]:
        """Money that waits for a person."""
        ...


FailingWebhooks = Callable[[int], Query[tuple[str, str]]]
"""Id and address of endpoints that have taken nothing since an instant."""
Behind = Callable[[], Query[tuple[str, int]]]
"""Name of each durable subscriber of facts, and the instant of the oldest that it has not taken."""


class Mailer(Protocol):
    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: Mapping[str, str],
        person_id: str | None = None,
    ) -> None:
        """Queue a mail that leaves once the transaction is on disk."""
        ...


class Push(Protocol):
    def alarm(self, tx: Transaction, person_id: str, title: str, body: str, key: str, language: str, /) -> None:
        """Queue a push to the browsers of one who runs the server. What is about the same `key` takes its place."""
        ...


Operators = Callable[[Transaction], Sequence[tuple[str, str, str]]]
"""Address, language and id of each of those who run the server."""

__all__ = ["Behind", "Broadcasts", "FailingWebhooks", "Mailer", "Money", "Operators", "Push", "Works"]
