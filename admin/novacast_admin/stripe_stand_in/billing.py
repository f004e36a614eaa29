"""Subscriptions and their invoices: renewed, unpaid and over by the stand-in's own clock."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from novacast_admin.stripe_stand_in.account import DAY, Account
from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.invoicing import ATTACHES_ONLY, OVER, Invoicing
from novacast_admin.stripe_stand_in.money import Money
from novacast_admin.stripe_stand_in.shapes import Object

__all__ = ["ATTACHES_ONLY", "Billing"]
DRAFT = 3600
"""An invoice of a renewal is a draft for an hour."""
REMINDED = 3 * DAY


class Billing:
    def __init__(self, account: Account, money: Money) -> None:
        self.account, self.money = account, money
        self.invoices = Invoicing(account, money, self._end)

    # Subscriptions.

    def create(
        self,
        params: Mapping[str, Any],
        *,
        page: bool = False,
        intent: Object | None = None,
        once: Sequence[Mapping[str, Any]] = (),
    ) -> Object:
        """`page`: it begins on one, and `intent` pays the first invoice, now or in some days; `once`: what else stands
        on that, and on no other."""
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
        lines += [self._once(made, one) for one in once]
        invoice = self.invoices.make(made, "subscription_create", lines)
        if not page:
            self.invoices.collect(invoice)
        else:
            self.invoices.finalize(invoice)
            if intent is None or intent["status"] == "succeeded":
                self.invoices.paid(invoice, intent)
            elif not trial:
                made["status"] = "active"
        self._plan(made)
        return made

    def update(self, id: str, params: Mapping[str, Any]) -> Object:
        found = self._living(id)
        for one in params.get("items", ()):
            self._change(found, one, params)
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
        if params.get("trial_end") == "now" and found["status"] == "trialing":
            self._renew(found)
        elif isinstance(params.get("trial_end"), int):
            self._free_until(found, params["trial_end"])
        self.account.emit("customer.subscription.updated", found)
        return found

    def _free_until(self, found: Object, end: int) -> None:
        """Nothing is wanted until then, and periods are counted from there."""
        now = self.account.now
        if end <= now:
            raise Refusal("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
        found.update(status="trialing", trial_start=now, trial_end=end, billing_cycle_anchor=end)
        for item in found["items"]["data"]:
            item["current_period_start"], item["current_period_end"] = now, end
        self.invoices.collect(self.invoices.make(found, "subscription_update", []))
        self._plan(found)

    def cancel(self, id: str, _params: Mapping[str, Any]) -> Object:
        found = self._living(id)
        found["cancellation_details"] = {"comment": None, "feedback": None, "reason": "cancellation_requested"}
        return self._end(found)

    def _living(self, id: str) -> Object:
        found = self.account.get("subscription", id)
        if found["status"] in OVER:
            raise Refusal(f"No such subscription: '{id}'", status=404, code="resource_missing", param="id")
        return found

    def preview(self, params: Mapping[str, Any]) -> Object:
        """What a change would cost now."""
        found, details = self._living(params["subscription"]), params.get("subscription_details", {})
        (wanted,) = details["items"]
        lines, _ = self._prorated(found, wanted, details.get("proration_date"))
        return self.invoices.preview(found, lines)

    def _change(self, found: Object, wanted: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        """Another price in the middle of a period: what is left of the old one is given back, of the new one paid.
        Raises Refusal, and then nothing has changed, where that was asked for."""
        proration = params.get("proration_behavior", "create_prorations")
        lines, anew = self._prorated(found, wanted, params.get("proration_date"))
        at_once = bool(lines) and (anew or proration == "always_invoice")
        over = self.account.get("customer", found["customer"])["balance"]
        due = sum(one["amount"] for one in lines) + over
        if at_once and due > 0 and params.get("payment_behavior") == "error_if_incomplete":
            self.invoices.check_card(found)
        item, price = self._item_of(found, wanted), self.account.get("price", wanted["price"])
        item["price"] = price
        if anew:
            # Another interval begins at once, and is paid at once.
            now = self.account.now
            item["current_period_start"], item["current_period_end"] = now, _later(now, price, now)
            found["billing_cycle_anchor"] = now
            self._plan(found)
        if proration == "none":
            return
        if at_once:
            self.invoices.collect(self.invoices.make(found, "subscription_update", lines))
        else:
            self._pending(found).extend(lines)

    def _item_of(self, found: Object, wanted: Mapping[str, Any]) -> Object:
        items = found["items"]["data"]
        item = next((one for one in items if one["id"] == wanted.get("id", items[0]["id"])), None)
        if item is None:
            raise Refusal("No such subscription item", code="resource_missing", param="items[0][id]")
        return item  # type: ignore[no-any-return]  # of JSON

    def _prorated(self, found: Object, wanted: Mapping[str, Any], at: int | None) -> tuple[list[Object], bool]:
        """The lines, and whether another interval begins."""
        item = self._item_of(found, wanted)
        old, price = item["price"], self.account.get("price", wanted.get("price", item["price"]["id"]))
        now, start, end = at or self.account.now, item["current_period_start"], item["current_period_end"]
        if not start <= now <= end:
            raise Refusal("Cannot set proration_date outside of current subscription period", param="proration_date")
        if found["status"] == "trialing" or price["id"] == old["id"]:
            return [], False
        left = (end - now) / (end - start)
        unused = self._line(found, item, -round(old["unit_amount"] * left), "Unused time")
        unused["period"]["start"] = now
        if old["recurring"] != price["recurring"]:
            rest = self._line(found, {**item, "price": price})
            rest["period"] = {"start": now, "end": _later(now, price, now)}
            return [unused, rest], True
        rest = self._line(found, {**item, "price": price}, round(price["unit_amount"] * left), "Remaining time")
        rest["period"]["start"] = now
        return [unused, rest], False

    def resume(self) -> None:
        """After a restart."""
        for found in self.account.all("subscription"):
            if found["status"] in OVER:
                continue
            for item in found["items"]["data"]:
                item["price"] = self.account.get("price", item["price"]["id"])
            self._plan(found)

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
        invoice = self.invoices.make(found, "subscription_cycle", lines)
        self.account.emit("customer.subscription.updated", found)
        self.account.at(self.account.now + DRAFT, lambda: self._finalize(found, invoice))
        self._plan(found)

    def _finalize(self, found: Object, invoice: Object) -> None:
        if invoice["status"] != "draft" or found["status"] in OVER:
            return
        paused = found["pause_collection"]
        if paused is None:
            self.invoices.collect(invoice)
        elif paused["behavior"] == "void":
            self.invoices.drop(invoice)
        elif paused["behavior"] == "mark_uncollectible":
            invoice["status"] = "uncollectible"
            self.account.emit("invoice.marked_uncollectible", invoice)

    def _end(self, found: Object, reason: str = "cancellation_requested") -> Object:
        now = self.account.now
        found.update(status="canceled", ended_at=now, canceled_at=found["canceled_at"] or now)
        found["cancellation_details"] = {"comment": None, "feedback": None, "reason": reason}
        self._pending(found).clear()
        self.account.emit("customer.subscription.deleted", found)
        return found

    # Cards.

    def keep_card(self, customer: str, number: str) -> Object:
        """As on a page of Stripe's: the card with which renewals are paid from here on."""
        method = self.account.add("payment_method", "pm", type="card", customer=customer)
        method["card"].update(last4=number[-4:], fingerprint=f"card{number}")
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

    def _once(self, found: Object, line: Mapping[str, Any]) -> Object:
        price = line["price_data"]
        total, now = price["unit_amount"] * line.get("quantity", 1), self.account.now
        made = self.account.add("line_item", "il", amount=total, currency=price["currency"], subtotal=total)
        made["period"] = {"start": now, "end": now}
        made.update(
            description=price["product_data"]["name"], quantity=line.get("quantity", 1), subscription=found["id"]
        )
        details = {"invoice_item": f"ii_{made['id']}", "proration": False, "proration_details": None}
        kind = "invoice_item_details"
        made["parent"] = {
            "type": kind, "subscription_item_details": None, kind: {**details, "subscription": found["id"]},
        }  # fmt: skip
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
