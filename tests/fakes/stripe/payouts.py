"""Payouts: what is available goes to the bank, and what is in each can be listed, unless somebody made it by hand."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.stripe.account import DAY, Account
from tests.fakes.stripe.errors import Refusal
from tests.fakes.stripe.money import Money
from tests.fakes.stripe.shapes import Object

TAKES = 2 * DAY


class Payouts:
    def __init__(self, account: Account, money: Money) -> None:
        self.account, self.money = account, money
        self.inside: dict[str, str] = {}
        """Balance transaction -> payout."""

    def daily(self, currency: str = "eur") -> Object | None:
        """All that is available by now, sent by itself; None: there is nothing."""
        rows = [one for one in self._there(currency) if one["available_on"] <= self.account.now]
        return self._send(rows, sum(one["net"] for one in rows), currency, automatic=True) if rows else None

    def create(self, params: Mapping[str, Any]) -> Object:
        """By hand: a sum, of which nobody knows what it is made of."""
        currency, amount = params["currency"], params["amount"]
        there = sum(one["net"] for one in self._there(currency) if one["available_on"] <= self.account.now)
        if amount > there:
            raise Refusal("You have insufficient funds in your Stripe account.", code="balance_insufficient")
        return self._send([], amount, currency, automatic=False)

    def fail(self, id: str, code: str = "account_closed") -> Object:
        """The bank does not take it, and the money is back."""
        payout = self.account.get("payout", id)
        payout.update(status="failed", failure_code=code, failure_message="The bank account has been closed.")
        back = self.money.moved(payout, "payout_failure", payout["amount"])
        payout["failure_balance_transaction"] = back["id"]
        self.account.emit("payout.failed", payout)
        return payout

    def balance_transactions(self, params: Mapping[str, Any], _id: str) -> Object:
        wanted = {name: value for name, value in params.items() if name in ("type", "source", "currency")}
        rows = self.account.all("balance_transaction")
        if (payout := params.get("payout")) is not None:
            if not self.account.get("payout", payout)["automatic"]:
                raise Refusal("Balance transaction history can only be filtered on automatic transfers, not manual.")
            rows = [one for one in rows if self.inside.get(one["id"]) == payout]
        return self.account.page(rows, params, "/v1/balance_transactions", **wanted)

    def _there(self, currency: str) -> list[Object]:
        rows = self.account.all("balance_transaction")
        return [one for one in rows if one["currency"] == currency and one["id"] not in self.inside]

    def _send(self, rows: list[Object], amount: int, currency: str, *, automatic: bool) -> Object:
        made = self.account.add(
            "payout", "po", amount=amount, currency=currency, status="in_transit", automatic=automatic,
            arrival_date=self.account.now + TAKES, description="STRIPE PAYOUT" if automatic else None,
            reconciliation_status="completed" if automatic else "not_applicable",
        )  # fmt: skip
        gone = self.money.moved(made, "payout", -amount)
        made["balance_transaction"] = gone["id"]
        for one in (*rows, gone):
            one["status"] = "available"
            self.inside[one["id"]] = made["id"]
        self.account.emit("payout.created", made)
        self.account.at(self.account.now + TAKES, lambda: self._arrive(made))
        return made

    def _arrive(self, payout: Object) -> None:
        if payout["status"] == "in_transit":
            payout["status"] = "paid"
            self.account.emit("payout.paid", payout)
