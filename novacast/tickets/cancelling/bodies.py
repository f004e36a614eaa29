"""Shapes of giving tickets back, and of accounts that transfers go to."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.tickets.cancelling.models import MOST_HOURS, BankAccount, Policy, Quote
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.web import Body

Id = Annotated[str, Field(max_length=40)]


class PolicyBody(Body):
    hours: Annotated[int, Field(ge=0, le=MOST_HOURS, description="Before the start until which it is possible.")]
    fee_basis_points: Annotated[int, Field(ge=0, le=10_000, description="Kept of each price: 1000 is 10 %.")] = 0
    fee: Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="Kept of each ticket beside that.")] = 0
    returns_fees: Annotated[bool, Field(description="Whether booking fees come back as well.")] = False

    def policy(self) -> Policy:
        return Policy(self.hours, self.fee_basis_points, self.fee, self.returns_fees)

    @classmethod
    def of(cls, one: Policy) -> "PolicyBody":
        return cls(hours=one.hours, fee_basis_points=one.fee_bp, fee=one.fee_amount, returns_fees=one.returns_fees)


class PoliciesBody(Body):
    policy: Annotated[PolicyBody | None, Field(description="null: buyers give nothing back by themselves.")]

    @classmethod
    def of(cls, one: Policy | None) -> "PoliciesBody":
        return cls(policy=None if one is None else PolicyBody.of(one))


class ReturnedBody(Body):
    ticket: str
    item: str
    seat: str
    paid: int
    back: int


class QuoteBody(Body):
    refusal: Annotated[str | None, Field(description="Why nothing can be given back now.")]
    deadline: str | None
    currency: str
    tickets: list[ReturnedBody]

    @classmethod
    def of(cls, one: Quote) -> "QuoteBody":
        return cls(
            refusal=None if one.refusal is None else translated(one.refusal),
            deadline=iso(one.deadline),
            currency=one.currency,
            tickets=[
                ReturnedBody(ticket=line.ticket_id, item=line.item, seat=line.seat, paid=line.paid, back=line.back)
                for line in one.lines
            ],
        )


class ReturnBody(Body):
    tickets: Annotated[Sequence[Id], Field(min_length=1, max_length=1000)]
    back: Annotated[int, Field(ge=0, description="What was told that comes back for these together.")]


class CancelTicketsBody(Body):
    tickets: Annotated[Sequence[Id], Field(min_length=1, max_length=1000)]
    reason: Annotated[str, Field(max_length=500)] = ""
    back: Annotated[int | None, Field(ge=0, description="What is given back; null: all that was paid.")] = None


class MoveBody(Body):
    seat: Annotated[str, Field(min_length=1, max_length=80)]


class BankAccountBody(Body):
    holder: Annotated[str, Field(max_length=70)]
    iban: Annotated[str, Field(max_length=50, description="ISO 13616.", examples=["DE02120300000000202051"])]
    bic: Annotated[str, Field(max_length=11)] = ""
    bank: Annotated[str, Field(max_length=70)] = ""

    def account(self) -> BankAccount:
        return BankAccount(self.holder, self.iban, self.bic, self.bank)

    @classmethod
    def of(cls, one: BankAccount) -> "BankAccountBody":
        return cls(holder=one.holder, iban=one.iban, bic=one.bic, bank=one.bank)


class BankAccountsBody(Body):
    account: BankAccountBody | None

    @classmethod
    def of(cls, one: BankAccount | None) -> "BankAccountsBody":
        return cls(account=None if one is None else BankAccountBody.of(one))
