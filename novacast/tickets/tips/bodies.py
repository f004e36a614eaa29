"""Shapes of tips."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import SECOND
from novacast.tickets.orders.bodies import Email, Name
from novacast.tickets.orders.models import Buyer, Method, buyer_of
from novacast.tickets.tips.models import HIGHEST, LONGEST_WORDS, MOST_SUGGESTIONS, TipRules
from novacast.web import Body

Amount = Annotated[int, Field(gt=0, le=HIGHEST, description="Minor units.")]


class TipRulesBody(Body):
    enabled: bool = True
    currency: Annotated[str, Field(min_length=3, max_length=3, examples=["EUR"])]
    least: Amount
    most: Amount
    suggestions: Annotated[Sequence[Amount], Field(max_length=MOST_SUGGESTIONS)] = ()
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000)] = 0

    def rules(self) -> TipRules:
        return TipRules(
            self.enabled, self.currency, self.least, self.most, tuple(self.suggestions), self.tax_basis_points
        )

    @classmethod
    def of(cls, one: TipRules) -> "TipRulesBody":
        return cls(
            enabled=one.enabled,
            currency=one.currency,
            least=one.least,
            most=one.most,
            suggestions=list(one.suggestions),
            tax_basis_points=one.tax_bp,
        )


class RoomTipsBody(Body):
    rules: Annotated[TipRulesBody | None, Field(description="null: no tips are taken here.")] = None

    @classmethod
    def of(cls, one: TipRules | None) -> "RoomTipsBody":
        return cls(rules=None if one is None else TipRulesBody.of(one))


class NewTipBody(Body):
    amount: Amount
    words: Annotated[str, Field(max_length=LONGEST_WORDS, description="What stands in the room with it.")] = ""
    name: Name
    email: Email
    method: Literal[Method.CARD, Method.SANDBOX]
    at: Annotated[
        float | None, Field(ge=0, le=10**7, description="Seconds of the video, where it is no live programme.")
    ] = None

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language)

    def moment(self) -> int | None:
        return None if self.at is None else round(self.at * SECOND)
