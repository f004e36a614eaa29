"""Payment intents, charges, refunds, disputes, and the balance that they move."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from novacast_admin.stripe_stand_in.account import DAY, Account
from novacast_admin.stripe_stand_in.errors import Refusal, declined, missing
from novacast_admin.stripe_stand_in.shapes import Object

SUCCESS, DECLINED, SECURE, DISPUTED = "4242424242424242", "4000000000000002", "4000002500003155", "4000000000000259"
POOR = "4000000000009995"
REFUND_PENDING, REFUND_FAILS = "4000000000007726", "4000000000005126"
DEBIT_GOOD, DEBIT_BAD = "DE89370400440532013000", "DE62370400440532013001"
"""Published at docs.stripe.com/testing."""
METHODS = {
    "pm_card_visa": SUCCESS,
    "pm_card_chargeDeclined": DECLINED,
    "pm_card_authenticationRequired": SECURE,
    "pm_card_createDispute": DISPUTED,
}
"""Published there too."""
FAILURES = {
    DECLINED: ("generic_decline", "Your card was declined."),
    POOR: ("insufficient_funds", "Your card has insufficient funds."),
}
DEBIT_TAKES = 3 * DAY
DISPUTE_FEE = 2000


class Money:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.refunds_fail: list[str] = []
        """Reasons of the next refunds, each of which succeeds at first and fails later."""
        self.refunds_pend = 0
        """So many of the next refunds are pending until `finish_refund`."""
        self.followers: list[Callable[[Object], object]] = []
        """Told of intents whose end somebody else's answer brought."""

    def resume(self) -> None:
        """After a restart. Banks that had not answered will say yes."""
        for one in self.account.all("payment_intent"):
            if one["status"] == "processing":
                self.account.at(one["created"] + DEBIT_TAKES, partial(self.finish, one, good=True))
        for one in self.account.all("refund"):
            if one["status"] == "pending":
                self.account.at(one["created"] + DAY, partial(self.finish_refund, one["id"], good=True))

    # Payment intents.

    def intent(self, amount: int, currency: str, **fields: Any) -> Object:
        made = self.account.add("payment_intent", "pi", amount=amount, currency=currency, **fields)
        made["client_secret"] = f"{made['id']}_secret_{secrets.token_hex(8)}"
        self.account.emit("payment_intent.created", made)
        return made

    def confirm(self, id: str, params: Mapping[str, Any]) -> Object:
        """With one of Stripe's names of methods for tests. Raises Refusal."""
        intent = self.account.get("payment_intent", id)
        number = METHODS.get(params.get("payment_method", ""))
        if number is None:
            raise missing("payment_method", str(params.get("payment_method", "")))
        self.confirm_with(intent, number)
        return intent

    def confirm_with(self, intent: Object, number: str) -> None:
        """Raises Refusal for what is declined, or is past that."""
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
            raise Refusal(message, code="payment_intent_unexpected_state", payment_intent=intent)
        self.pay(intent, number)

    def pay(self, intent: Object, number: str, email: str | None = None) -> None:
        """Somebody pays with this test number. Raises Refusal for what is declined; what needs more of them is left in
        `requires_action`, what takes days in `processing`."""
        debit = number in (DEBIT_GOOD, DEBIT_BAD)
        method = self.account.add("payment_method", "pm", type="sepa_debit" if debit else "card")
        method["card"]["last4"] = number[-4:]
        method["metadata"] = {}
        intent["payment_method"] = method["id"]
        intent["receipt_email"] = email
        if number in FAILURES:
            self._fail(intent, *FAILURES[number], number=number)
            raise declined(*FAILURES[number])
        if number == SECURE:
            intent["status"], intent["next_action"] = "requires_action", {"type": "use_stripe_sdk"}
            self.account.emit("payment_intent.requires_action", intent)
        elif debit:
            intent["status"], intent["processing"] = "processing", {"type": "sepa_debit"}
            self.account.emit("payment_intent.processing", intent)
            self.account.at(self.account.now + DEBIT_TAKES, lambda: self.finish(intent, good=number == DEBIT_GOOD))
        else:
            self.capture(intent, number)

    def finish(self, intent: Object, *, good: bool) -> None:
        """What was asked of somebody, or of their bank, has an end."""
        if intent["status"] not in ("requires_action", "processing"):
            return
        intent["next_action"] = intent["processing"] = None
        if good:
            self.capture(intent, SECURE)
        else:
            self._fail(intent, "authentication_required", "We are unable to authenticate your payment method.")
        for tell in self.followers:
            tell(intent)

    def capture(self, intent: Object, number: str) -> Object:
        charge = self._charge(intent, number)
        charge["balance_transaction"] = self.moved(charge, "charge", charge["amount"], _fee(charge["amount"]))["id"]
        intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
        self.account.emit("charge.succeeded", charge)
        self.account.emit("payment_intent.succeeded", intent)
        if number == DISPUTED:
            self.dispute(charge)
        return charge

    def cancel_intent(self, id: str, params: Mapping[str, Any]) -> Object:
        intent = self.account.get("payment_intent", id)
        if intent["status"] in ("succeeded", "canceled", "processing"):
            message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            raise Refusal(message, code="payment_intent_unexpected_state", payment_intent=intent)
        reason = params.get("cancellation_reason", "requested_by_customer")
        intent.update(status="canceled", canceled_at=self.account.now, cancellation_reason=reason)
        self.account.emit("payment_intent.canceled", intent)
        return intent

    def _fail(self, intent: Object, code: str, message: str, number: str = SECURE) -> None:
        error = {"type": "card_error", "code": "card_declined", "decline_code": code, "message": message}
        charge = self._charge(intent, number)
        charge.update(status="failed", paid=False, captured=False, amount_captured=0, balance_transaction=None)
        charge.update(failure_code="card_declined", failure_message=message)
        intent.update(status="requires_payment_method", last_payment_error=error, latest_charge=charge["id"])
        self.account.emit("charge.failed", charge)
        self.account.emit("payment_intent.payment_failed", intent)

    def _charge(self, intent: Object, number: str) -> Object:
        charge = self.account.add(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_captured=intent["amount"],
            currency=intent["currency"],
            payment_intent=intent["id"],
            payment_method=intent["payment_method"],
            customer=intent["customer"],
            metadata=dict(intent["metadata"]),
            description=intent["description"],
        )
        charge["payment_method_details"]["card"]["last4"] = number[-4:]
        charge["receipt_url"] = f"{self.account.origin}/receipts/{charge['id']}"
        return charge

    # The balance.

    def moved(self, source: Object, kind: str, amount: int, fee: int = 0) -> Object:
        return self.account.add(
            "balance_transaction",
            "txn",
            type=kind,
            reporting_category=kind,
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
            source=source["id"],
            status="pending",
            available_on=self.account.now + 2 * DAY,
            description=None,
        )

    def balance(self, currency: str) -> int:
        """All that was moved, without fees."""
        rows = self.account.all("balance_transaction")
        return sum(one["amount"] for one in rows if one["currency"] == currency)

    # Refunds.

    def refund(self, params: Mapping[str, Any]) -> Object:
        charge = self._charged(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        if charge["disputed"]:
            raise Refusal(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
        if not left:
            raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = params.get("amount", left)
        if not 0 < amount <= left:
            message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise Refusal(message, param="amount")
        number = charge["payment_method_details"]["card"]["last4"]
        pending = self.refunds_pend > 0 or number == REFUND_PENDING[-4:]
        made = self.account.add(
            "refund",
            "re",
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            reason=params.get("reason"),
            metadata=dict(params.get("metadata", {})),
            status="pending" if pending else "succeeded",
        )
        made["balance_transaction"] = self.moved(made, "refund", -amount)["id"]
        self._refunded(charge, amount)
        self.account.emit("refund.created", made)
        self.account.emit("charge.refunded", charge)
        if self.refunds_pend:
            self.refunds_pend -= 1
        elif pending:
            self.account.at(self.account.now + DAY, lambda: self.finish_refund(made["id"], good=True))
        if self.refunds_fail:
            reason = self.refunds_fail.pop(0)
            self.account.at(self.account.now + 3 * DAY, lambda: self.fail_refund(made["id"], reason))
        elif number == REFUND_FAILS[-4:]:
            self.account.at(
                self.account.now + 3 * DAY, lambda: self.fail_refund(made["id"], "expired_or_canceled_card")
            )
        return made

    def finish_refund(self, id: str, *, good: bool, reason: str = "declined") -> None:
        refund = self.account.get("refund", id)
        if refund["status"] != "pending":
            return
        if not good:
            self.fail_refund(id, reason)
            return
        refund["status"] = "succeeded"
        self.account.emit("refund.updated", refund)

    def fail_refund(self, id: str, reason: str) -> None:
        """The money comes back to the account, after all."""
        refund = self.account.get("refund", id)
        if refund["status"] in ("failed", "canceled"):
            return
        refund.update(status="failed")
        refund["failure_reason"] = reason
        refund["failure_balance_transaction"] = self.moved(refund, "refund_failure", refund["amount"])["id"]
        charge = self.account.get("charge", refund["charge"])
        self._refunded(charge, -refund["amount"])
        self.account.emit("refund.failed", refund)
        self.account.emit("refund.updated", refund)

    def cancel_refund(self, id: str) -> Object:
        refund = self.account.get("refund", id)
        if refund["status"] != "requires_action":
            raise Refusal("A refund can only be cancelled while it requires action.")
        refund["status"] = "canceled"
        return refund

    def _charged(self, params: Mapping[str, Any]) -> Object:
        if "charge" in params:
            return self.account.get("charge", params["charge"])
        if "payment_intent" not in params:
            raise Refusal("One of the following params should be provided: payment_intent or charge.", saved=False)
        intent = self.account.get("payment_intent", params["payment_intent"])
        if intent["status"] != "succeeded":
            raise Refusal(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        return self.account.get("charge", intent["latest_charge"])

    def _refunded(self, charge: Object, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]

    # Disputes.

    def dispute(self, charge: Object, reason: str = "fraudulent") -> Object:
        charge["disputed"] = True
        made = self._asked_about(charge, reason)
        made["balance_transactions"] = [self.moved(made, "adjustment", -made["amount"], DISPUTE_FEE)]
        self.account.emit("charge.dispute.created", made)
        self.account.emit("charge.dispute.funds_withdrawn", made)
        return made

    def inquire(self, charge: Object, reason: str = "fraudulent") -> Object:
        """A bank asks: no money moves, and the charge is not disputed."""
        made = self._asked_about(charge, reason, status="warning_needs_response", is_charge_refundable=True)
        self.account.emit("charge.dispute.created", made)
        return made

    def _asked_about(self, charge: Object, reason: str, **more: Any) -> Object:
        made = self.account.add(
            "dispute",
            "dp",
            amount=charge["amount_captured"] - charge["amount_refunded"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            reason=reason,
            **more,
        )
        made["evidence_details"]["due_by"] = self.account.now + 9 * DAY
        return made

    def end_inquiry(self, id: str, *, escalated: bool) -> Object:
        """It becomes a dispute, or the bank lets the matter rest."""
        dispute = self.account.get("dispute", id)
        if not escalated:
            dispute["status"] = "warning_closed"
            self.account.emit("charge.dispute.closed", dispute)
            return dispute
        self.account.get("charge", dispute["charge"])["disputed"] = True
        dispute.update(status="needs_response", is_charge_refundable=False)
        dispute["balance_transactions"] = [self.moved(dispute, "adjustment", -dispute["amount"], DISPUTE_FEE)]
        self.account.emit("charge.dispute.funds_withdrawn", dispute)
        self.account.emit("charge.dispute.updated", dispute)
        return dispute

    def update_dispute(self, id: str, params: Mapping[str, Any]) -> Object:
        dispute = self.account.get("dispute", id)
        dispute["evidence"].update(params.get("evidence", {}))
        dispute["metadata"].update(params.get("metadata", {}))
        dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"].values())
        text = dispute["evidence"].get("uncategorized_text")
        if params.get("submit", True) and text:
            dispute["evidence_details"]["submission_count"] += 1
            asked = dispute["status"].startswith("warning_")
            dispute["status"] = "warning_under_review" if asked else "under_review"
            # docs.stripe.com/testing#evidence: these words decide.
            if not asked and text in ("winning_evidence", "losing_evidence"):
                self.end_dispute(id, won=text == "winning_evidence")
                return dispute
        self.account.emit("charge.dispute.updated", dispute)
        return dispute

    def end_dispute(self, id: str, *, won: bool) -> Object:
        dispute = self.account.get("dispute", id)
        dispute["status"] = "won" if won else "lost"
        if won:
            dispute["balance_transactions"].append(self.moved(dispute, "adjustment", dispute["amount"]))
            self.account.emit("charge.dispute.funds_reinstated", dispute)
        self.account.emit("charge.dispute.closed", dispute)
        return dispute


def _fee(amount: int) -> int:
    return round(amount * 0.015) + 25
