"""Answers remembered under an Idempotency-Key, so that a repeated POST repeats the answer and not the effect.

The answer is stored in the transaction of the effect: whatever dies in between, there are both or neither. The rules
are those of draft-ietf-httpapi-idempotency-key-header: same key with another request is refused, so is one in flight.
"""

import hmac
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from novacast.clock import DAY
from novacast.database import Database, Migrations, Query, Row, Transaction, statements
from novacast.errors import InFlight, KeyReused, Malformed
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.keys import Mac

KEPT = DAY
"""How long, in microseconds, an answer is repeated."""
HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

_KEEP = (
    "INSERT INTO web_answers (owner, key, fingerprint, status, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, "
    "body = excluded.body, created_at = excluded.created_at WHERE web_answers.created_at < ?7"
)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

migrations = Migrations("web")


@migrations()
def m001_answers(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE web_answers (
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
            body TEXT,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (owner, key)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX web_answers_age ON web_answers (created_at)",
    )


@dataclass(frozen=True, slots=True)
class Answer:
    fingerprint: bytes
    status: int
    body: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as its owner may see it."""

    key: str
    status: int
    body: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A key, whose it is, and the request it stands for."""

    owner: str
    key: str
    fingerprint: bytes


@dataclass(slots=True)
class Ticket:
    """One request's part in this: what its handler remembered, and under which key if it has one."""

    claim: Claim | None = None
    status: int = 200
    kept: bool = False
    """Whether an answer was remembered and its transaction is on disk."""
    body: str | None = None

    def keep(self, tx: Transaction, body: str | None) -> None:
        if (claim := self.claim) is not None:
            # One too old to be repeated may still lie under this key; one young enough would have been repeated, unless
            # another process had the same request at the same instant: then this effect is undone.
            values = (claim.owner, claim.key, claim.fingerprint, self.status, body, tx.now, tx.now - KEPT)
            if not tx.run(_KEEP, values):
                raise InFlight(text("A request with this Idempotency-Key was worked on meanwhile. Ask again."))
        tx.after_commit(lambda: self._note(body))

    def _note(self, body: str | None) -> None:
        self.kept, self.body = True, body


class Answers:
    def __init__(self, db: Database, key: bytes) -> None:
        """`key` signs what is kept of requests: a plain digest of one with a password in it could be guessed at."""
        self._db = db
        self._mac = Mac(hmac.digest(key, b"idempotency", "sha256"))
        self._working: set[tuple[str, str]] = set()

    def claim(self, owner: str, key: str, method: str, path: str, body: bytes) -> Claim:
        """Raises Malformed for a key that is empty, longer than 255, or not visible ASCII."""
        if not _KEY.fullmatch(key):
            raise Malformed(text("{header} must be 1 to 255 visible ASCII characters, such as a UUID.", header=HEADER))
        head = f"{method} {path}\n".encode("utf-8", "surrogateescape")
        return Claim(owner, key, self._mac.digest(head + body))

    @contextmanager
    def working(self, claim: Claim) -> Iterator[None]:
        """Hold the key while its request is worked on. Raises InFlight."""
        mark = (claim.owner, claim.key)
        if mark in self._working:
            raise InFlight(text("A request with this Idempotency-Key is still being worked on. Ask again in a moment."))
        self._working.add(mark)
        try:
            yield
        finally:
            self._working.discard(mark)

    async def known(self, claim: Claim) -> Answer | None:
        """The answer given before, if any. Raises KeyReused if the key stood for another request."""
        oldest = self._db.clock.now() - KEPT
        answer = await self._db.one(_find(claim.owner, claim.key, oldest))
        if answer is not None and answer.fingerprint != claim.fingerprint:
            raise KeyReused(
                text("This Idempotency-Key was used for another request. Make a new key for each new request.")
            )
        return answer

    async def sweep(self) -> int:
        """Forget what is too old to be repeated; how many."""
        return await self._db.write(lambda tx: tx.run("DELETE FROM web_answers WHERE created_at < ?", (tx.now - KEPT,)))


def owner_of(person_id: str) -> str:
    return f"person:{person_id}"


def _find(owner: str, key: str, oldest: int) -> Query[Answer]:
    return Query(
        "SELECT fingerprint, status, body FROM web_answers WHERE owner = ? AND key = ? AND created_at >= ?",
        (owner, key, oldest),
        _answer,
    )


def _answer(row: Row) -> Answer:
    return Answer(row["fingerprint"], row["status"], row["body"])


def of_person(person_id: str) -> Query[Kept]:
    return Query(
        "SELECT key, status, body, created_at FROM web_answers WHERE owner = ? ORDER BY created_at, key",
        (owner_of(person_id),),
        lambda row: Kept(row["key"], row["status"], row["body"], row["created_at"]),
    )


def forget_person(tx: Transaction, person_id: str, email: str) -> None:
    """The person's own answers go. Those given to others keep their keys, so that no effect happens twice, and lose
    their text where the person is named in it: someone's invitation, the sign-up before there was a person.
    """
    tx.run("DELETE FROM web_answers WHERE owner = ?", (owner_of(person_id),))
    # As they stand within JSON strings; SQLite folds the case of ASCII only.
    address = json.dumps(email, ensure_ascii=False)[1:-1]
    tx.run(
        "UPDATE web_answers SET body = NULL WHERE instr(body, ?) > 0 OR instr(lower(body), lower(?)) > 0",
        (json.dumps(person_id), address),
    )
