"""Idempotency keys as docs.stripe.com/api/idempotent_requests says."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from novacast.records import dataclass
from novacast_admin.stripe_stand_in.account import DAY
from novacast_admin.stripe_stand_in.errors import Refusal

MOST_LETTERS = 255


@dataclass
class Kept:
    fingerprint: str
    at: int
    status: int | None = None
    body: Any = None


@dataclass
class Keys:
    kept: dict[str, Kept] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)

    @contextmanager
    def held(self, key: str | None) -> Iterator[None]:
        """While a request with this key hangs."""
        names = set() if key is None else {key}
        self.busy |= names
        try:
            yield
        finally:
            self.busy -= names

    def begin(self, key: str, method: str, path: str, params: Mapping[str, Any], now: int) -> Kept | None:
        """What was answered to this key before; None: it is new, and from here on taken. Raises Refusal."""
        if len(key) > MOST_LETTERS:
            raise Refusal("Idempotency keys have up to 255 characters.", type="idempotency_error", saved=False)
        if key in self.busy:
            message = "There is currently another in-progress request using this Idempotent Key."
            raise Refusal(message, status=409, type="idempotency_error", code="idempotency_key_in_use", saved=False)
        fingerprint = json.dumps([method, path, params], sort_keys=True, default=str)
        found = self.kept.get(key)
        if found is not None and now - found.at > DAY:
            found = None
        if found is None:
            self.kept[key] = Kept(fingerprint, now)
            return None
        if found.fingerprint != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise Refusal(message, type="idempotency_error", saved=False)
        return found

    def end(self, key: str, status: int, body: Any) -> None:
        self.kept[key].status, self.kept[key].body = status, json.loads(json.dumps(body))

    def forget(self, key: str) -> None:
        """Nothing was done that a repetition must not do again."""
        self.kept.pop(key, None)
