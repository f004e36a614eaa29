"""Shapes of the second factor."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.second_factor.models import SetUp, Status
from novacast.web import Body


class StatusBody(Body):
    on: bool
    waiting: Annotated[bool, Field(description="A set-up was begun and not finished.")]
    recovery_codes_left: int

    @classmethod
    def of(cls, status: Status) -> "StatusBody":
        return cls(on=status.on, waiting=status.waiting, recovery_codes_left=status.recovery_codes_left)


class SetUpBody(Body):
    secret: Annotated[str, Field(description="Base32, to be typed into an app.")]
    uri: Annotated[str, Field(description="otpauth address; /api/v1/me/second-factor/qr.svg shows it.")]

    @classmethod
    def of(cls, set_up: SetUp) -> "SetUpBody":
        return cls(secret=set_up.secret, uri=set_up.uri)


class FirstCodeBody(Body):
    code: Annotated[str, Field(min_length=6, max_length=10)]


class RecoveryCodesBody(Body):
    recovery_codes: Annotated[list[str], Field(description="Each works once. Shown this once.")]
