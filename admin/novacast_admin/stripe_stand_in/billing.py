"""Subscriptions and their invoices: renewed, unpaid and over by the stand-in's own clock."""

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from novacast_admin.stripe_stand_in.account import DAY, Account
from novacast_admin.stripe_stand_in.errors import Refusal, declined
from novacast_admin.stripe_stand_in.money import FAILURES, Money
from novacast_admin.stripe_stand_in.shapes import Object

ATTACHES_ONLY = "4000000000000341"
"""Can be kept, and is declined whenever it is charged."""
DRAFT = 3600
"""An invoice of a renewal is a draft for an hour."""
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""Waits between tries of an invoice; after the last the subscription is over."""
REMINDED = 3 * DAY
OVER = ("canceled", "incomplete_expired")


class Billing:
    def __init__(self, account: Account, money: Money) -> None:
        self.account, self.money = account, money

    # Subscriptions.

    def create(self, params: Mapping[str, Any], *, paid: bool = False) -> Object:
        """`paid`: the first invoice is paid already, on a page."""
        customer = self.account.get("customer", params["customer"])
        if not params.get("items"):
            raise Refusal("Missing required param: items.", code="parameter_missing", param="items")
        trial = self._trial(params)
        now = self.account.now
        made = self.account.add(
            "subscription", "sub", customer=customer["id"], metadata=dict(params.get("metadata", {})), start_date=now,
            billing_cycle_anchor=trial or now, trial_start=now if trial else None, trial_end=trial,
            default_payment_method=params.get("default_payment_method"), cancel_at_period_end=False,
            status="trialing" if trial else "incomplete",
        )  # fmt: skip
        prices = [self.account.get("price", one["price"]) for one in params["items"]]
        end = trial or _later(now, prices[0], now)
        rows = zip(prices, params["items"], strict=True)
        made["items"]["data"] = [self._item(made, price, one.get("quantity", 1), now, end) for price, one in rows]
        made["currency"] = prices[0]["currency"]
        self.account.emit("customer.subscription.created", made)
        lines = [] if trial else [self._line(made, item) for item in made["items"]["data"]]
        invoice = self._invoice(made, "subscription_create", lines)
        if paid:
            self._paid(invoice, None)
        else:
            self._collect(invoice)
        self._plan(made)
        return made

    def update(self, id: str, params: Mapping[str, Any]) -> Object:
        found = self._living(id)
        for name in ("cancel_at_period_end", "default_payment_method", "description"):
            if name in params:
                found[name] = params[name]
        if "cancel_at_period_end" in params:
            found["canceled_at"] = self.account.now if params["cancel_at_period_end"] else None
            found["cancel_at"] = _end(found) if params["cancel_at_period_end"] else None
        if "metadata" in params:
            found["metadata"].update(params["metadata"])
        if "pause_collection" in params:
            given = params["pause_collection"]
            found["pause_collection"] = None if given == "" else {"resumes_at": None, **given}
        for one in params.get("items", ()):
            self._change(found, one, params.get("proration_behavior", "create_prorations"))
        if params.get("trial_end") == "now" and found["status"] == "trialing":
            self._renew(found)
        self.account.emit("customer.subscription.updated", found)
        return found

    def cancel(self, id: str, _params: Mapping[str, Any]) -> Object:
        found = self._living(id)
        found["cancellation_details"] = {"comment": None, "feedback": None, "reason": "cancellation_requested"}
        return self._end(found)

    def _living(self, id: str) -> Object:
        found = self.account.get("subscription", id)
        if found["status"] in OVER:
            raise Refusal(f"No such subscription: '{id}'", status=404, code="resource_missing", param="id")
        return found

    def _change(self, found: Object, wanted: Mapping[str, Any], proration: str) -> None:
        """Another price in the middle of a period: what is left of the old one is given back, of the new one paid."""
        items = found["items"]["data"]
        item = next((one for one in items if one["id"] == wanted.get("id", items[0]["id"])), None)
        if item is None:
            raise Refusal("No such subscription item", code="resource_missing", param="items[0][id]")
        old, price = item["price"], self.account.get("price", wanted.get("price", item["price"]["id"]))
        now, start, end = self.account.now, item["current_period_start"], item["current_period_end"]
        item["price"] = price
        if found["status"] == "trialing" or proration == "none" or price["id"] == old["id"]:
            return
        left = (end - now) / (end - start)
        lines = [
            self._line(found, item, -round(old["unit_amount"] * left), "Unused time"),
            self._line(found, item, round(price["unit_amount"] * left), "Remaining time"),
        ]
        if old["recurring"] != price["recurring"]:
            # Another interval begins at once, and is paid at once.
            item["current_period_start"], item["current_period_end"] = now, _later(now, price, now)
            found["billing_cycle_anchor"] = now
            lines = [lines[0], self._line(found, item)]
            proration = "always_invoice"
            self._plan(found)
        if proration == "always_invoice":
            self._collect(self._invoice(found, "subscription_update", lines))
        else:
            self._pending(found).extend(lines)

    # The clock.

    def _plan(self, found: Object) -> None:
        end = _end(found)

        def due() -> None:
            if found["status"] not in OVER and _end(found) == end:
                self._renew(found)

        if found["status"] == "trialing":
            soon = end - REMINDED
            self.account.at(max(soon, self.account.now), lambda: self._remind(found, end))
        self.account.at(end, due)

    def _remind(self, found: Object, end: int) -> None:
        if found["status"] == "trialing" and _end(found) == end:
            self.account.emit("customer.subscription.trial_will_end", found)

    def _renew(self, found: Object) -> None:
        if found["cancel_at_period_end"]:
            self._end(found)
            return
        anchor = found["billing_cycle_anchor"]
        for item in found["items"]["data"]:
            start = min(item["current_period_end"], self.account.now)
            item["current_period_start"] = start
            item["current_period_end"] = _later(start, item["price"], anchor)
        if found["status"] == "trialing":
            found["status"] = "active"
        lines = [*self._pending(found), *(self._line(found, item) for item in found["items"]["data"])]
        self._pending(found).clear()
        invoice = self._invoice(found, "subscription_cycle", lines)
        self.account.emit("customer.subscription.updated", found)
        self.account.at(self.account.now + DRAFT, lambda: self._finalize(found, invoice))
        self._plan(found)

    def _finalize(self, found: Object, invoice: Object) -> None:
        if invoice["status"] != "draft" or found["status"] in OVER:
            return
        paused = found["pause_collection"]
        if paused is None:
            self._collect(invoice)
        elif paused["behavior"] == "void":
            self.void(invoice["id"])
        elif paused["behavior"] == "mark_uncollectible":
            invoice["status"] = "uncollectible"
            self.account.emit("invoice.marked_uncollectible", invoice)

    # Invoices.

    def _invoice(self, found: Object, reason: str, lines: list[Object]) -> Object:
        total = sum(one["amount"] for one in lines)
        made = self.account.add(
            "invoice", "in", customer=found["customer"], currency=found["currency"], billing_reason=reason,
            amount_due=max(total, 0), amount_remaining=max(total, 0), amount_paid=0, subtotal=total, total=total,
            status="draft", attempted=False, attempt_count=0, auto_advance=True, due_date=None, lines={
                "object": "list", "data": lines, "has_more": False, "url": "",
            }, parent={"type": "subscription_details", "quote_details": None, "subscription_details": {
                "metadata": dict(found["metadata"]), "subscription": found["id"]}},
            period_start=found["items"]["data"][0]["current_period_start"], period_end=_end(found),
        )  # fmt: skip
        for line in lines:
            line["invoice"] = made["id"]
        found["latest_invoice"] = made["id"]
        self.account.emit("invoice.created", made)
        return made

    def _collect(self, invoice: Object) -> None:
        if invoice["status"] == "draft":
            invoice.update(status="open", hosted_invoice_url=f"{self.account.origin}/invoices/{invoice['id']}")
            invoice["number"] = f"NC-{self.account.numbers['in']:04d}"
            self.account.emit("invoice.finalized", invoice)
        try:
            self.pay(invoice["id"], {})
        except Refusal:
            return

    def pay(self, id: str, params: Mapping[str, Any]) -> Object:
        invoice = self.account.get("invoice", id)
        if invoice["status"] == "paid":
            raise Refusal("Invoice is already paid", code="invoice_already_paid")
        if invoice["status"] not in ("open", "uncollectible"):
            raise Refusal(f"This invoice is {invoice['status']}.")
        found = self.account.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
        invoice["attempted"], intent = True, None
        if invoice["amount_due"]:
            number = self._number(found, params.get("payment_method"))
            invoice["attempt_count"] += 1
            intent = self.money.intent(
                invoice["amount_due"], invoice["currency"], customer=invoice["customer"], metadata={}
            )
            try:
                if number is None or number == ATTACHES_ONLY or number in FAILURES:
                    raise declined()
                self.money.pay(intent, number)
            except Refusal:
                self._unpaid(found, invoice)
                raise
        self._paid(invoice, intent)
        return invoice

    def void(self, id: str) -> Object:
        invoice = self.account.get("invoice", id)
        invoice.update(status="void", next_payment_attempt=None)
        self.account.emit("invoice.voided", invoice)
        return invoice

    def _paid(self, invoice: Object, intent: Object | None) -> None:
        found = self.account.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None)
        invoice["status_transitions"]["paid_at"] = self.account.now
        if intent is not None:
            self.account.add(
                "invoice_payment", "inpay", invoice=invoice["id"], amount_paid=invoice["amount_paid"], status="paid",
                amount_requested=invoice["amount_due"], currency=invoice["currency"],
                payment={"type": "payment_intent", "payment_intent": intent["id"]},
            )  # fmt: skip
        self.account.emit("invoice.paid", invoice)
        self.account.emit("invoice.payment_succeeded", invoice)
        if found["status"] in ("incomplete", "past_due", "unpaid"):
            found["status"] = "active"
            self.account.emit("customer.subscription.updated", found)

    def _unpaid(self, found: Object, invoice: Object) -> None:
        tries = invoice["attempt_count"]
        more = found["status"] != "incomplete" and tries <= len(RETRIES)
        when = self.account.now + RETRIES[tries - 1] if more else None
        invoice["next_payment_attempt"] = when
        self.account.emit("invoice.payment_failed", invoice)
        if found["status"] == "incomplete":
            return
        if when is not None:
            if found["status"] != "past_due":
                found["status"] = "past_due"
                self.account.emit("customer.subscription.updated", found)
            self.account.at(when, lambda: self._again(found, invoice))
        else:
            self._end(found, "payment_failed")

    def _again(self, found: Object, invoice: Object) -> None:
        if invoice["status"] == "open" and found["status"] not in OVER:
            self._collect(invoice)

    def _end(self, found: Object, reason: str = "cancellation_requested") -> Object:
        now = self.account.now
        found.update(status="canceled", ended_at=now, canceled_at=found["canceled_at"] or now)
        found["cancellation_details"] = {"comment": None, "feedback": None, "reason": reason}
        self.account.emit("customer.subscription.deleted", found)
        return found

    # Cards.

    def keep_card(self, customer: str, number: str) -> Object:
        """As on a page of Stripe's: the card with which renewals are paid from here on."""
        method = self.account.add("payment_method", "pm", type="card", customer=customer)
        method["card"]["last4"] = number[-4:]
        self.account.objects[f"number:{method['id']}"] = {"object": "number", "number": number}
        self.account.get("customer", customer)["invoice_settings"]["default_payment_method"] = method["id"]
        return method

    def portal(self, params: Mapping[str, Any]) -> Object:
        customer = self.account.get("customer", params["customer"])
        made = self.account.add(
            "billing_portal.session", "bps", customer=customer["id"], return_url=params.get("return_url"), flow=None
        )
        made["url"] = f"{self.account.origin}/portal/{made['id']}"
        return made

    def _number(self, found: Object, given: str | None) -> str | None:
        customer = self.account.get("customer", found["customer"])
        default = customer["invoice_settings"]["default_payment_method"]
        method = given or found["default_payment_method"] or default
        kept = self.account.objects.get(f"number:{method}")
        return None if kept is None else str(kept["number"])

    # Parts.

    def _item(self, found: Object, price: Object, quantity: int, start: int, end: int) -> Object:
        return self.account.add(
            "subscription_item", "si", subscription=found["id"], price=price, quantity=quantity,
            current_period_start=start, current_period_end=end, billing_thresholds=None,
        )  # fmt: skip

    def _line(self, found: Object, item: Object, amount: int | None = None, what: str = "") -> Object:
        total = item["price"]["unit_amount"] * item["quantity"] if amount is None else amount
        made = self.account.add("line_item", "il", amount=total, currency=item["price"]["currency"], subtotal=total)
        made["period"] = {"start": item["current_period_start"], "end": item["current_period_end"]}
        made.update(description=what or "Subscription", quantity=item["quantity"], subscription=found["id"])
        details = {"subscription": found["id"], "subscription_item": item["id"], "proration": amount is not None}
        details |= {"invoice_item": None, "proration_details": None}
        kind = "subscription_item_details"
        made["parent"] = {"type": kind, "invoice_item_details": None, kind: details}
        return made

    def _pending(self, found: Object) -> list[Object]:
        kept = self.account.objects.setdefault(f"pending:{found['id']}", {"object": "pending", "lines": []})
        lines: list[Object] = kept["lines"]
        return lines

    def _trial(self, params: Mapping[str, Any]) -> int | None:
        if "trial_period_days" in params:
            return self.account.now + int(params["trial_period_days"]) * DAY
        end = params.get("trial_end")
        return end if isinstance(end, int) else None


def _end(found: Object) -> int:
    return int(found["items"]["data"][0]["current_period_end"])


def _later(start: int, price: Object, anchor: int) -> int:
    """One interval on; a month's last day stands for one that it has not (docs.stripe.com, billing cycle)."""
    every, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    if every in ("day", "week"):
        return int(start + count * (DAY if every == "day" else 7 * DAY))
    at, first = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(anchor, UTC)
    months = at.year * 12 + at.month - 1 + count * (12 if every == "year" else 1)
    year, month = divmod(months, 12)
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())
