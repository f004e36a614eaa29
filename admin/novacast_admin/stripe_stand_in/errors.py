"""What the stand-in refuses, in the words of Stripe's errors (docs.stripe.com/api/errors)."""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An error object with its status. `saved`: whether an idempotency key keeps it: what fails before the work begins
    is not kept (docs.stripe.com/api/idempotent_requests)."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.saved = status, saved
        given = {"message": message, "type": type, "code": code, "param": param, **more}
        self.error = {name: value for name, value in given.items() if value is not None}

    @property
    def body(self) -> Mapping[str, Any]:
        return {"error": self.error}


def missing(kind: str, id: str) -> Refusal:
    return Refusal(f"No such {kind}: '{id}'", status=404, code="resource_missing", param="id")


def declined(code: str = "generic_decline", message: str = "Your card was declined.", **more: Any) -> Refusal:
    return Refusal(message, status=402, type="card_error", code="card_declined", decline_code=code, **more)
