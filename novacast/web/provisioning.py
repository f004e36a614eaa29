"""How errors are told to provisioning clients: the shape of RFC 7644, section 3.12, instead of a problem document."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import web

PREFIX = "/scim/"
MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
KINDS = frozenset(
    {"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget",
     "invalidValue", "invalidVers", "sensitive"}
)  # fmt: skip
"""Of table 9."""


class _Field(Protocol):
    @property
    def code(self) -> str: ...


class _Problem(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def detail(self) -> str: ...
    @property
    def errors(self) -> Sequence[_Field]: ...


def status_of(status: int) -> int:
    """What can't be accepted is 400 there, as the RFC has no other."""
    return 400 if status == 422 else status


def documented(status: int) -> dict[str, Any]:
    """As OpenAPI tells of it."""
    words = f"{HTTPStatus(status).phrase}, as RFC 7644, section 3.12."
    return {"description": words, "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}


def told(problem: _Problem, detail: str) -> dict[str, Any]:
    status = status_of(problem.status)
    kind = next((one.code for one in problem.errors if one.code in KINDS), "invalidValue" if status == 400 else "")
    return {"schemas": [ERROR], "status": str(status), "detail": detail} | ({"scimType": kind} if kind else {})


def document(problem: _Problem, headers: Mapping[str, str]) -> web.Response:
    body = json.dumps(told(problem, problem.detail), ensure_ascii=False).encode()
    return web.Response(body=body, status=status_of(problem.status), content_type=MEDIA_TYPE, headers=headers)
