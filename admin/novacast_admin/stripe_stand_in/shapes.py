"""Stripe's own example objects, as the shape of whatever the stand-in answers.

`fixtures.json` are objects out of `openapi/fixtures3.json` of stripe/openapi (MIT, see LICENSE beside it).
"""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

Object = dict[str, Any]

_EMPTY: dict[str, dict[str, Any]] = {
    "checkout.session": {
        "after_expiration": None, "consent": None, "consent_collection": None, "currency_conversion": None,
        "collected_information": None, "customer_details": None, "invoice_creation": None, "managed_payments": None,
        "payment_intent": None, "payment_method_configuration_details": None, "permissions": None,
        "saved_payment_method_options": None, "shipping_address_collection": None, "shipping_cost": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "custom_text": {
            "after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None,
        }, "adaptive_pricing": {"enabled": False}, "ui_mode": "hosted_page",
    },
    "payment_intent": {
        "canceled_at": None, "last_payment_error": None, "managed_payments": None, "next_action": None,
        "payment_method_configuration_details": None, "processing": None, "shipping": None, "transfer_data": None,
    },
    "charge": {"shipping": None, "source": None, "transfer_data": None, "description": None, "captured": True},
    "dispute": {"is_charge_refundable": False, "reason": "fraudulent", "status": "needs_response"},
    "invoice": {
        "amount_overpaid": 0, "customer_shipping": None, "from_invoice": None, "last_finalization_error": None,
        "next_payment_attempt": None, "shipping_cost": None, "shipping_details": None, "webhooks_delivered_at": None,
    },
    "subscription": {
        "billing_cycle_anchor_config": None, "billing_schedules": [], "billing_thresholds": None, "cancel_at": None,
        "canceled_at": None, "ended_at": None, "managed_payments": None, "next_pending_invoice_item_invoice": None,
        "pause_collection": None, "pending_invoice_item_interval": None, "pending_update": None, "transfer_data": None,
    },
    "customer": {"discount": None, "shipping": None, "currency": None},
}  # fmt: skip
"""What the examples show that most objects have not."""


@cache
def _examples() -> dict[str, Object]:
    found: dict[str, Object] = json.loads((Path(__file__).parent / "fixtures.json").read_text())
    return found


def has(kind: str, name: str) -> bool:
    return name in _examples()[kind]


def shaped(kind: str, **fields: Any) -> Object:
    """An object of this kind. Nothing may be given that Stripe's own example has not."""
    example = _examples()[kind]
    strange = (set(fields) | set(_EMPTY.get(kind, ()))) - set(example)
    assert not strange, f"{kind} has no {sorted(strange)}"
    return deepcopy({**example, **_EMPTY.get(kind, {}), **fields})
