"""Invoices of subscriptions: what stands on them, what a customer has over from before, and how they are collected."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from novacast_admin.stripe_stand_in.account import DAY, Account
from novacast_admin.stripe_stand_in.errors import Refusal, declined
from novacast_admin.stripe_stand_in.money import DEBIT_BAD, DEBIT_GOOD, FAILURES, SECURE, SUCCESS, Money
from novacast_admin.stripe_stand_in.shapes import Object, shaped

ATTACHES_ONLY = "4000000000000341"
"""Can be kept, and is declined whenever it is charged."""
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""Waits between tries of an invoice; after the last the subscription is over."""
OVER = ("canceled", "incomplete_expired")
_UNTAKEN = frozenset({None, ATTACHES_ONLY, DEBIT_BAD, *FAILURES})
_AGREED = frozenset({SECURE, DEBIT_GOOD})
"""Whose owner was asked when they were kept, and is not asked again."""


class Invoicing:
    def __init__(self, account: Account, money: Money, end: Callable[[Object, str], object]) -> None:
        """`end`: of a subscription that nobody pays."""
        self.account, self.money, self._end = account, money, end

    def drafted(self, found: Object, reason: str, lines: Sequence[Object]) -> Mapping[str, Any]:
        """Fields of an invoice over these lines."""
        total = sum(one["amount"] for one in lines)
        item = found["items"]["data"][0]
        details = {"metadata": dict(found["metadata"]), "subscription": found["id"]}
        return {
            "customer": found["customer"], "currency": found["currency"], "billing_reason": reason,
            "amount_due": max(total, 0), "amount_remaining": max(total, 0), "amount_paid": 0, "subtotal": total,
            "total": total, "status": "draft", "attempted": False, "attempt_count": 0, "auto_advance": True,
            "due_date": None, "lines": {"object": "list", "data": list(lines), "has_more": False, "url": ""},
            "parent": {
                "type": "subscription_details", "quote_details": None, "subscription_details": details,
            }, "period_start": item["current_period_start"], "period_end": item["current_period_end"],
        }  # fmt: skip

    def make(self, found: Object, reason: str, lines: Sequence[Object]) -> Object:
        made = self.account.add("invoice", "in", **self.drafted(found, reason, lines))
        for line in lines:
            line["invoice"] = made["id"]
        found["latest_invoice"] = made["id"]
        self.account.emit("invoice.created", made)
        return made

    def preview(self, found: Object, lines: Sequence[Object]) -> Object:
        """What would be wanted now; nothing is made."""
        made = shaped("invoice", id="upcoming_in_1", created=self.account.now,
                      **self.drafted(found, "upcoming", lines))  # fmt: skip
        over = -self.account.get("customer", found["customer"])["balance"]
        made["amount_due"] = made["amount_remaining"] = max(0, made["total"] - max(0, over))
        return made

    def collect(self, invoice: Object) -> None:
        self.finalize(invoice)
        try:
            self.pay(invoice["id"], {})
        except Refusal:
            return

    def finalize(self, invoice: Object) -> None:
        """What is less than nothing is kept for the customer, and what was kept is taken off what is wanted."""
        if invoice["status"] != "draft":
            return
        customer, total = self.account.get("customer", invoice["customer"]), invoice["total"]
        invoice["starting_balance"] = customer["balance"]
        used = min(total, -customer["balance"]) if total > 0 > customer["balance"] else min(total, 0)
        customer["balance"] += used
        invoice["ending_balance"] = customer["balance"]
        invoice["amount_due"] = invoice["amount_remaining"] = max(0, total - used) if total > 0 else 0
        invoice.update(status="open", hosted_invoice_url=f"{self.account.origin}/invoices/{invoice['id']}")
        invoice["number"] = f"NC-{self.account.numbers['in']:04d}"
        self.account.emit("invoice.finalized", invoice)

    def end_draft(self, id: str, params: Mapping[str, Any]) -> Object:
        invoice = self.account.get("invoice", id)
        if invoice["status"] != "draft":
            raise Refusal("This invoice is already finalized.", code="invoice_not_editable")
        self.finalize(invoice)
        invoice["auto_advance"] = params.get("auto_advance", True)
        if invoice["auto_advance"]:
            self.collect(invoice)
        return invoice

    def pay(self, id: str, params: Mapping[str, Any], number: str | None = None) -> Object:
        """`number`: of a card that somebody types on the invoice's page."""
        invoice = self.account.get("invoice", id)
        if invoice["status"] == "paid":
            raise Refusal("Invoice is already paid", code="invoice_already_paid")
        if invoice["status"] not in ("open", "uncollectible"):
            raise Refusal(f"This invoice is {invoice['status']}.")
        found = self.of(invoice)
        invoice["attempted"], intent = True, None
        if invoice["amount_due"]:
            number = number or self.number(found, params.get("payment_method"))
            invoice["attempt_count"] += 1
            intent = self.intent(invoice)
            try:
                if number is None or number in _UNTAKEN:
                    raise declined()
                self.money.pay(intent, SUCCESS if number in _AGREED else number)
            except Refusal:
                self._unpaid(found, invoice)
                raise
        self.paid(invoice, intent)
        return invoice

    def intent(self, invoice: Object) -> Object:
        return self.money.intent(invoice["amount_due"], invoice["currency"], customer=invoice["customer"], metadata={})

    def check_card(self, found: Object) -> None:
        """Raises Refusal, before anything has changed, for a card that will not be taken."""
        if self.number(found, None) in _UNTAKEN:
            raise declined()

    def void(self, id: str) -> Object:
        invoice = self.account.get("invoice", id)
        if invoice["status"] not in ("open", "uncollectible"):
            raise Refusal("You can only pass in open invoices.", code="invoice_not_editable")
        return self.drop(invoice)

    def drop(self, invoice: Object) -> Object:
        invoice.update(status="void", next_payment_attempt=None)
        self.account.emit("invoice.voided", invoice)
        return invoice

    def paid(self, invoice: Object, intent: Object | None) -> None:
        found = self.of(invoice)
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None)
        invoice["status_transitions"]["paid_at"] = self.account.now
        if intent is not None:
            payment = {"type": "payment_intent", "payment_intent": intent["id"]}
            self.account.add(
                "invoice_payment", "inpay", invoice=invoice["id"], amount_paid=invoice["amount_paid"], status="paid",
                amount_requested=invoice["amount_due"], currency=invoice["currency"], payment=payment,
            )  # fmt: skip
        self.account.emit("invoice.paid", invoice)
        self.account.emit("invoice.payment_succeeded", invoice)
        if found["status"] in ("incomplete", "past_due", "unpaid"):
            found["status"] = "active"
            self.account.emit("customer.subscription.updated", found)

    def number(self, found: Object, given: str | None) -> str | None:
        customer = self.account.get("customer", found["customer"])
        default = customer["invoice_settings"]["default_payment_method"]
        method = given or found["default_payment_method"] or default
        kept = self.account.objects.get(f"number:{method}")
        return None if kept is None else str(kept["number"])

    def of(self, invoice: Object) -> Object:
        return self.account.get("subscription", invoice["parent"]["subscription_details"]["subscription"])

    def payments(self, params: Mapping[str, Any]) -> Sequence[Object]:
        """Of invoices, as they are looked for by one or by what paid them. Raises Refusal for one there is not."""
        if "invoice" in params:
            self.account.get("invoice", params["invoice"])
        rows = self.account.all("invoice_payment")
        for name in ("invoice", "status"):
            rows = [one for one in rows if name not in params or one[name] == params[name]]
        wanted = params.get("payment", {}).get("payment_intent")
        return [one for one in rows if wanted is None or one["payment"]["payment_intent"] == wanted]

    def _unpaid(self, found: Object, invoice: Object) -> None:
        tries = invoice["attempt_count"]
        more = found["status"] != "incomplete" and tries <= len(RETRIES)
        when = self.account.now + RETRIES[tries - 1] if more else None
        invoice["next_payment_attempt"] = when
        self.account.emit("invoice.payment_failed", invoice)
        if found["status"] == "incomplete" or found["status"] in OVER:
            return
        if when is None:
            self._end(found, "payment_failed")
            return
        if found["status"] != "past_due":
            found["status"] = "past_due"
            self.account.emit("customer.subscription.updated", found)
        self.account.at(when, lambda: self._again(found, invoice))

    def _again(self, found: Object, invoice: Object) -> None:
        due = invoice["next_payment_attempt"]
        if invoice["status"] == "open" and found["status"] not in OVER and due is not None and due <= self.account.now:
            self.collect(invoice)
