"""Errors as answers: one table from our classes to statuses, one shape for all (RFC 9457)."""

import logging
import math
from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from novacast import errors
from novacast.errors import FieldError, NovaCastError
from novacast.i18n import Text, language, text, translated
from novacast.records import dataclass
from novacast.web import provisioning

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_FIELDS = 50

STATUSES: Mapping[type[NovaCastError], int] = {
    errors.NovaCastError: 500,
    errors.InvalidInput: 422,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.KeyReused: 422,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
    errors.DiskFull: 507,
    errors.MediaFailure: 422,
}

# What failed inside is for the log: messages of these classes may name folders and hosts.
INSIDE: Mapping[int, Text] = {
    500: text("Something went wrong here. It has been noted under the request's id."),
    503: text("The server can't do this right now. Nothing was changed; try again in a moment."),
    507: text("The server's disk is full. Nothing is lost, and an upload keeps what has arrived. Try again later."),
}
HTTP_CODES: Mapping[int, tuple[str, Text]] = {
    400: ("malformed", text("The request can't be read.")),
    404: ("not_found", text("There is nothing here.")),
    405: ("method_not_allowed", text("This path does not take that method.")),
    408: ("request_timeout", text("The request took too long to arrive.")),
    413: ("too_large", text("The request's body is too large.")),
    431: ("head_too_large", text("The request's address or one of its headers is too long.")),
}
"""Code and detail of what aiohttp refuses before any handler of ours."""
TITLES: Mapping[str, Text] = {
    "invalid_input": text("Invalid input"),
    "malformed": text("Malformed"),
    "too_large": text("Too large"),
    "unsupported_media": text("Unsupported media"),
    "unauthenticated": text("Unauthenticated"),
    "forbidden": text("Forbidden"),
    "proof_needed": text("Proof needed"),
    "not_found": text("Not found"),
    "method_not_allowed": text("Method not allowed"),
    "request_timeout": text("Request timeout"),
    "head_too_large": text("Head too large"),
    "gone": text("Gone"),
    "conflict": text("Conflict"),
    "quota_reached": text("Quota reached"),
    "sold_out": text("Sold out"),
    "seats_taken": text("Seats taken"),
    "lonely_seat": text("Lonely seat"),
    "not_on_sale": text("Not on sale"),
    "hold_over": text("Hold over"),
    "not_sold_out": text("Not sold out"),
    "cart_full": text("Cart full"),
    "code_refused": text("Code refused"),
    "amount_changed": text("Amount changed"),
    "dearer_here": text("Dearer here"),
    "other_tax": text("Other tax"),
    "not_yours": text("Not yours"),
    "not_together": text("Not together"),
    "unpayable": text("Unpayable"),
    "no_seller": text("No seller"),
    "payment_refused": text("Payment refused"),
    "in_flight": text("In flight"),
    "not_yet": text("Not yet"),
    "had_already": text("Had already"),
    "tips_off": text("Tips off"),
    "already_running": text("Already running"),
    "precondition_failed": text("Precondition failed"),
    "range_not_satisfiable": text("Range not satisfiable"),
    "checksum_mismatch": text("Checksum mismatch"),
    "upload_taken_over": text("Upload taken over"),
    "idempotency_key_reused": text("Idempotency key reused"),
    "rate_limited": text("Rate limited"),
    "slow_mode": text("Slow mode"),
    "banned": text("Banned"),
    "timed_out": text("Timed out"),
    "not_said": text("Not said"),
    "not_for_you": text("Not for you"),
    "account_too_young": text("Account too young"),
    "unavailable": text("Unavailable"),
    "disk_full": text("Disk full"),
    "overloaded": text("Overloaded"),
    "crowded": text("Crowded"),
    "bad_settings": text("Bad settings"),
    "newer_database": text("Newer database"),
    "media_failure": text("Media failure"),
    "child_failed": text("Child failed"),
    "internal": text("Internal"),
}
"""By code; the slices' own too, as one page explains them all."""
_RETRY = {
    errors.InFlight: 1.0,
    errors.NotYet: 5.0,
    errors.Crowded: 10.0,
    errors.Unavailable: 5.0,
    errors.DiskFull: 60.0,
}
"""Seconds, of the first class that fits."""


class ProblemField(BaseModel):
    field: str = Field(description="Dotted path of the field, as the caller wrote it.")
    code: str
    message: str


class Problem(BaseModel):
    """A problem document of RFC 9457."""

    type: str = Field(description="Address of what `code` means, stable.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the request.")
    code: str = Field(description="Stable name of the error, for programs.")
    request_id: str = Field(description="Names the request in the server's log.")
    errors: list[ProblemField] = Field(default_factory=list, description="What is wrong with single fields.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error on its way to become an answer."""

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def problem(self, request: web.BaseRequest, request_id: str) -> Problem:
        return Problem(
            type=f"/docs/errors#{self.code}",
            title=translated(title(self.code)),
            status=self.status,
            detail=translated(self.detail),
            instance=request.path[:1000],
            code=self.code,
            request_id=request_id,
            errors=[
                ProblemField(field=e.field, code=e.code, message=translated(e.message))
                for e in self.errors[:MOST_FIELDS]
            ],
        )


def document(problem: Problem, headers: Mapping[str, str]) -> web.Response:
    """In the language that is being spoken, as `problem` was made in it."""
    if problem.instance.startswith(provisioning.PREFIX):
        return provisioning.document(problem, headers)
    spoken = {"Content-Language": language(), **headers}
    return web.Response(
        body=problem.model_dump_json().encode(), status=problem.status, content_type=MEDIA_TYPE, headers=spoken
    )


def status_of(error: type[NovaCastError]) -> int:
    """The status of the nearest class in the table."""
    return next(STATUSES[cls] for cls in error.__mro__ if cls in STATUSES)


def title(code: str) -> str:
    return TITLES.get(code) or code.replace("_", " ").capitalize()


def refusal(error: Exception) -> Refusal:
    """What is said of `error`. Whatever the caller could not help is logged here, with its traceback."""
    if isinstance(error, NovaCastError):
        return _ours(error)
    if isinstance(error, web.HTTPException):
        return _aiohttps(error)
    if isinstance(error, ValidationError):
        # Input is checked in web.parsing; one that comes up to here is a model that a handler filled wrongly.
        log.error("a model was filled wrongly: %s", error, exc_info=error)
    else:
        log.error("unhandled %s", type(error).__name__, exc_info=error)
    return Refusal(500, "internal", INSIDE[500])


def _ours(error: NovaCastError) -> Refusal:
    status, detail = status_of(type(error)), error.message
    if status >= 500 and not isinstance(error, errors.Crowded):
        log.error("%s: %s", error.code, error.message, exc_info=error if status == 500 else None)
        detail = INSIDE[status]
    wait = next((seconds for cls, seconds in _RETRY.items() if isinstance(error, cls)), None)
    if isinstance(error, errors.RateLimited):
        wait = error.retry_after
    headers = {} if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))}
    code = "internal" if status == 500 else error.code
    return Refusal(status, code, detail, error.errors, headers)


def _aiohttps(error: web.HTTPException) -> Refusal:
    phrase = HTTPStatus(error.status).phrase
    code, detail = HTTP_CODES.get(error.status, (phrase.lower().replace(" ", "_").replace("-", "_"), f"{phrase}."))
    return Refusal(error.status, code, detail, headers={k: v for k, v in error.headers.items() if k == "Allow"})
