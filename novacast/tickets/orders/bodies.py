"""Shapes of orders."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.texts import TITLE_LENGTH
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.tickets.holds.bodies import CodeText, LineBody, TaxBody, WishBody
from novacast.tickets.holds.models import MOST_LINES, Wish
from novacast.tickets.models import AttemptState, ClaimState, OrderState, TicketState
from novacast.tickets.orders.models import AT_ONCE, Attempt, Buyer, Issued, Method, Order, Receipt, buyer_of
from novacast.tickets.questions.bodies import GivenBody
from novacast.tickets.store import Entry
from novacast.web import Body, ListBody, ListQuery, PageBody

Name = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@example.org"])]


class NewOrderBody(Body):
    name: Name
    email: Email
    method: Annotated[
        Literal[Method.FREE, Method.TRANSFER, Method.CARD, Method.SANDBOX],
        Field(description="free where it costs nothing; card where Stripe is set up; sandbox only in test mode."),
    ]
    answers: Annotated[Sequence[GivenBody], Field(max_length=5000)] = ()

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language)


class SaleBody(Body):
    """A sale at the box office. People need not say who they are."""

    lines: Annotated[Sequence[WishBody], Field(min_length=1, max_length=MOST_LINES)]
    method: Literal[Method.CASH, Method.CARD_TERMINAL, Method.COMPLIMENTARY, Method.TRANSFER]
    name: Annotated[str, Field(max_length=TITLE_LENGTH)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    code: CodeText = ""

    def wishes(self) -> list[Wish]:
        return [one.wish() for one in self.lines]

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language, needed=self.method not in AT_ONCE)


class PaidBody(Body):
    amount: Annotated[
        int | None, Field(ge=0, le=MOST_AMOUNT, description="What has come; null: all that was asked for.")
    ] = None


class CancelBody(Body):
    reason: Annotated[str, Field(max_length=500)] = ""


class SandboxBody(Body):
    paid: bool


class NoteBody(Body):
    note: Annotated[str, Field(max_length=2000)]


class OrdersQuery(ListQuery):
    state: OrderState | None = None
    q: Annotated[
        str,
        Field(
            max_length=200,
            description="Beginnings of words: code, names, address, note; or a ticket's id.",
        ),
    ] = ""


class OrderLineBody(LineBody):
    state: ClaimState


class IssuedBody(Body):
    id: str
    name: str
    ordinal: int
    serial: int
    state: TicketState

    @classmethod
    def of(cls, one: Issued) -> "IssuedBody":
        return cls(id=one.id, name=one.name, ordinal=one.ordinal, serial=one.serial, state=TicketState(one.state))


class AttemptBody(Body):
    provider: str
    state: AttemptState
    amount: int
    url: Annotated[str | None, Field(description="Where to pay.")]
    mismatch: Annotated[str | None, Field(description="What of the payment is not what was asked for.")]

    @classmethod
    def of(cls, one: Attempt) -> "AttemptBody":
        return cls(provider=one.provider, state=one.state, amount=one.amount, url=one.url, mismatch=one.mismatch)


class OrderBody(Body):
    id: str
    code: Annotated[str, Field(description="For people; also the reference of a transfer.")]
    performance: str
    name: str
    email: str
    method: Method
    channel: str
    total: int
    currency: str
    test: Annotated[bool, Field(description="Nothing of this is real.")]
    state: OrderState
    due_at: Annotated[str | None, Field(description="Until when it may be paid.")]
    created_at: str

    @classmethod
    def of(cls, one: Order) -> "OrderBody":
        return cls(
            id=one.id,
            code=one.code,
            performance=one.perf_id,
            name=one.name,
            email=one.email,
            method=one.method,
            channel=one.channel,
            total=one.total,
            currency=one.currency,
            test=one.test,
            state=one.state,
            due_at=iso(one.due_at),
            created_at=iso(one.created_at),
        )


class OrdersBody(PageBody[OrderBody]):
    pass


class ReceiptBody(Body):
    token: Annotated[str, Field(description="Whoever has it has the order; it is in its link.")]
    order: OrderBody
    lines: list[OrderLineBody]
    taxes: list[TaxBody]
    tickets: list[IssuedBody]
    attempts: list[AttemptBody]

    @classmethod
    def shown(cls, receipt: Receipt, token: str) -> "ReceiptBody":
        return cls(
            token=token,
            order=OrderBody.of(receipt.order),
            lines=[
                OrderLineBody(**dict(line), state=one.claim.state)
                for line, one in zip(LineBody.all(receipt.lines), receipt.lines, strict=True)
            ],
            taxes=TaxBody.all(receipt.lines),
            tickets=[IssuedBody.of(one) for one in receipt.tickets],
            attempts=[AttemptBody.of(one) for one in receipt.attempts],
        )


class OrderEntryBody(Body):
    at: str
    action: Annotated[str, Field(description="A noun and a verb, such as `order.paid`.")]
    person: Annotated[str | None, Field(description="Id of who did it; null: a guest, or the house.")]
    detail: str

    @classmethod
    def of(cls, entry: Entry) -> "OrderEntryBody":
        return cls(at=iso(entry.at), action=entry.action, person=entry.person_id, detail=entry.detail)


class OrderStoryBody(ListBody[OrderEntryBody]):
    pass
