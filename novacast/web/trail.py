"""What operators do, written down before it is done: the port through which a slice keeps the book."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from novacast.identity import Principal
from novacast.web.routing import Route
from novacast.web.state import State

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MASK = "********"
SECRETS = ("password", "secret", "token", "key", "code", "body")
"""Parts of names of fields whose values are never written down; a `body` is words of people."""
LONGEST = 200
"""Characters of one value."""
MOST = 40
"""Fields of one body."""


class Trail(Protocol):
    async def begun(
        self,
        *,
        actor: str,
        name: str,
        address: str,
        action: str,
        subject: Mapping[str, str],
        details: Mapping[str, Any],
        request_id: str,
    ) -> int:
        """Write it down and give its number. Where that can't be done it raises, and the deed is not done either."""
        ...

    async def ended(self, number: int, status: int) -> None:
        """What was answered: 2xx and 3xx mean that it was done."""
        ...


def is_deed(route: Route | None, who: Principal, method: str) -> bool:
    """Whether it is written down: whatever may change something, of those who stand above every role."""
    return route is not None and who.system and method not in SAFE


def actor(state: State) -> str:
    """`person:ID` of who came with a token, `user:NAME` of who is on this machine."""
    who = state.principal
    return f"person:{who.person_id}" if who.person_id is not None else f"user:{who.name}"


def subject(request: web.Request) -> Mapping[str, str]:
    """What it was done to, as the path names it."""
    return {name: MASK if _is_secret(name) else value[:LONGEST] for name, value in request.match_info.items()}


def details(raw: bytes) -> Mapping[str, Any]:
    """What was asked for: the fields of a JSON body, without secrets, shortened. Empty for any other body."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(given, dict):
        return {}
    return {str(name)[:LONGEST]: _shown(str(name), value) for name, value in list(given.items())[:MOST]}


def _shown(name: str, value: Any) -> Any:
    if _is_secret(name):
        return MASK
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value[:LONGEST]
    return json.dumps(_masked(value), ensure_ascii=False)[:LONGEST]


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: MASK if _is_secret(str(name)) else _masked(below) for name, below in value.items()}
    return [_masked(below) for below in value] if isinstance(value, list) else value


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRETS)
