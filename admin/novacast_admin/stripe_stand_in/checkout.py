"""Checkout Sessions, and what people do on their pages."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from novacast_admin.stripe_stand_in.account import DAY, Account
from novacast_admin.stripe_stand_in.billing import Billing
from novacast_admin.stripe_stand_in.errors import Refusal, declined
from novacast_admin.stripe_stand_in.money import FAILURES, Money
from novacast_admin.stripe_stand_in.shapes import Object

LEAST = {"eur": 50, "usd": 50, "jpy": 50, "gbp": 30}
WHOLE = frozenset({"isk", "ugx"})
"""In hundredths that must be none (docs.stripe.com/currencies, special cases)."""
THREE = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
HALF_HOUR = 1800


def _tried(params: Mapping[str, Any]) -> bool:
    """Whether what is paid again and again begins with a trial."""
    data = params.get("subscription_data", {})
    return "trial_period_days" in data or "trial_end" in data


class Checkout:
    def __init__(self, account: Account, money: Money) -> None:
        self.account, self.money, self.billing = account, money, Billing(account, money)
        money.followers.append(self._follow)

    def create(self, params: Mapping[str, Any]) -> Object:
        mode = params.get("mode")
        if mode is None:
            raise Refusal("Missing required param: mode.", code="parameter_missing", param="mode", saved=False)
        if not params.get("line_items"):
            raise Refusal("Missing required param: line_items.", code="parameter_missing", param="line_items")
        if not params.get("success_url"):
            raise Refusal("Missing required param: success_url.", code="parameter_missing", param="success_url")
        amount, currency = self._total(params)
        ends = params.get("expires_at", self.account.now + DAY)
        if not self.account.now + HALF_HOUR <= ends <= self.account.now + DAY:
            message = (
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
            )
            raise Refusal(message, param="expires_at")
        made = self.account.add(
            "checkout.session",
            "cs",
            mode=mode,
            amount_subtotal=amount,
            amount_total=amount,
            currency=currency,
            expires_at=ends,
            status="open",
            payment_status="unpaid" if amount else "no_payment_required",
            success_url=params["success_url"],
            cancel_url=params.get("cancel_url"),
            client_reference_id=params.get("client_reference_id"),
            customer=params.get("customer"),
            customer_email=params.get("customer_email"),
            metadata=dict(params.get("metadata", {})),
            locale=params.get("locale"),
        )
        made["url"] = f"{self.account.origin}/pay/{made['id']}"
        self.account.objects[f"wish:{made['id']}"] = {"object": "wish", **params}
        self.account.at(ends, lambda: self._lapse(made))
        return made

    def intend(self, params: Mapping[str, Any]) -> Object:
        """A payment intent that no page here is of."""
        self._check(params["amount"], params["currency"])
        if params["amount"] <= 0:
            raise Refusal("This value must be greater than or equal to 1.", code="parameter_invalid_integer")
        automatic = params.get("automatic_payment_methods")
        return self.money.intent(
            params["amount"],
            params["currency"],
            metadata=dict(params.get("metadata", {})),
            description=params.get("description"),
            customer=params.get("customer"),
            automatic_payment_methods=None if automatic is None else dict(automatic),
        )

    def resume(self) -> None:
        """After a restart."""
        for one in self.account.all("checkout.session"):
            if one["status"] == "open":
                self.account.at(one["expires_at"], partial(self._lapse, one))

    def wish(self, session: Object) -> Object:
        """What the session was asked for with."""
        return self.account.objects[f"wish:{session['id']}"]

    def expire(self, id: str) -> Object:
        session = self.account.get("checkout.session", id)
        if session["status"] != "open":
            message = (
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
                f"of {session['status']}."
            )
            raise Refusal(message)
        self._lapse(session)
        return session

    def pay(self, id: str, number: str, email: str = "ada@example.org") -> Object:
        """What a person does on the page. Raises Refusal for a card that is declined, and where it is over."""
        session = self.account.get("checkout.session", id)
        if session["status"] != "open":
            raise Refusal("This page is over.", code="checkout_over")
        session["customer_details"] = {
            "address": None, "business_name": None, "email": email, "individual_name": None, "name": "Ada",
            "phone": None, "tax_exempt": "none", "tax_ids": [],
        }  # fmt: skip
        if session["mode"] == "subscription":
            self._keep_card(session, number, email)
            if self._free(session):
                self._subscribe(session, None)
                return session
        self.money.pay(self._intent(session), number, email)
        self.look(session)
        return session

    def _free(self, session: Object) -> bool:
        """A trial begins with nothing paid."""
        return _tried(self.wish(session)) and not session["amount_total"]

    def _keep_card(self, session: Object, number: str, email: str) -> None:
        if number in FAILURES and self._free(session):
            raise declined()
        if session["customer"] is None:
            session["customer"] = self.account.add("customer", "cus", email=email)["id"]
        if number not in FAILURES:
            self.billing.keep_card(session["customer"], number)

    def _subscribe(self, session: Object, intent: Object | None) -> None:
        """It begins when its first period is paid, or its trial begins, or a bank has it in hand."""
        wish = self.wish(session)
        lines = wish["line_items"]
        items = [{"price": one["price"], "quantity": one.get("quantity", 1)} for one in lines if "price" in one]
        once = [one for one in lines if "price_data" in one]
        data = wish.get("subscription_data", {})
        made = self.billing.create(
            {"customer": session["customer"], "items": items, **data}, page=True, intent=intent, once=once
        )
        free = intent is None
        paid = free or (intent is not None and intent["status"] == "succeeded")
        state = "no_payment_required" if free else "paid" if paid else "unpaid"
        session.update(status="complete", url=None, payment_status=state)
        session.update(subscription=made["id"], invoice=made["latest_invoice"])
        if paid:  # what pays a subscription stands on its invoice, not on the page
            session["payment_intent"] = None
        self.account.emit("checkout.session.completed", session)

    def answer(self, id: str, *, good: bool) -> None:
        """What a person says to their bank, or a bank to us after days."""
        self.money.finish(self._intent(self.account.get("checkout.session", id)), good=good)

    def look(self, session: Object) -> None:
        """Where the money has got to, the session follows."""
        intent = self._intent(session)
        subscribed = session["mode"] == "subscription"
        if session["status"] == "open" and intent["status"] in ("succeeded", "processing") and subscribed:
            self._subscribe(session, intent)
        elif session["status"] == "open" and intent["status"] in ("succeeded", "processing"):
            session.update(status="complete", url=None)
            paid = intent["status"] == "succeeded"
            session["payment_status"] = "paid" if paid else "unpaid"
            self.account.emit("checkout.session.completed", session)
        elif session["status"] == "complete" and session["payment_status"] == "unpaid":
            if intent["status"] == "succeeded":
                session["payment_status"] = "paid"
                if subscribed:
                    self.billing.invoices.paid(self.account.get("invoice", session["invoice"]), intent)
                    session["payment_intent"] = None
                self.account.emit("checkout.session.async_payment_succeeded", session)
            elif intent["status"] != "processing":
                self.account.emit("checkout.session.async_payment_failed", session)

    def _follow(self, intent: Object) -> None:
        for session in self.account.all("checkout.session"):
            if session["payment_intent"] == intent["id"]:
                self.look(session)

    def _intent(self, session: Object) -> Object:
        if session["payment_intent"] is not None:
            return self.account.get("payment_intent", session["payment_intent"])
        data = self.wish(session).get("payment_intent_data", {})
        made = self.money.intent(
            session["amount_total"],
            session["currency"],
            metadata=dict(data.get("metadata", {})),
            description=data.get("description"),
            customer=session["customer"],
        )
        session["payment_intent"] = made["id"]
        return made

    def _lapse(self, session: Object) -> None:
        if session["status"] != "open":
            return
        session.update(status="expired", url=None)
        if session["payment_intent"] is not None:
            intent = self._intent(session)
            intent.update(status="canceled", canceled_at=self.account.now, cancellation_reason="expired")
            self.account.emit("payment_intent.canceled", intent)
        self.account.emit("checkout.session.expired", session)

    def _total(self, params: Mapping[str, Any]) -> tuple[int, str]:
        total, currencies = 0, set()
        for line in params["line_items"]:
            if "price" in line:
                price = self.account.get("price", line["price"])
                each, currency = 0 if _tried(params) else price["unit_amount"], price["currency"]
            elif "price_data" in line:
                each, currency = line["price_data"].get("unit_amount", 0), line["price_data"]["currency"]
            else:
                raise Refusal("line_items[0]: price or price_data is needed", param="line_items[0]")
            total += each * line.get("quantity", 1)
            currencies.add(currency)
        if len(currencies) != 1:
            raise Refusal("All line items must have the same currency", param="line_items")
        currency = currencies.pop()
        self._check(total, currency)
        return total, currency

    def _check(self, total: int, currency: str) -> None:
        if len(currency) != 3 or currency != currency.lower() or not currency.isalpha():
            raise Refusal(f"Invalid currency: {currency}", param="currency")
        if currency in WHOLE and total % 100:
            raise Refusal(f"Invalid amount for {currency}: must be divisible by 100", code="amount_invalid")
        if currency in THREE and total % 10:
            raise Refusal(f"Invalid amount for {currency}: must be divisible by 10", code="amount_invalid")
        if 0 < total < LEAST.get(currency, 1):
            message = f"The Checkout Session's total amount must convert to at least 50 cents. {total} {currency}"
            raise Refusal(message, code="amount_too_small")
