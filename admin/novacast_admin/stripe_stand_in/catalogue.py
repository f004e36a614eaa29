"""Customers, products and prices."""

from collections.abc import Mapping
from typing import Any

from novacast_admin.stripe_stand_in.account import Account
from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.shapes import Object


class Catalogue:
    def __init__(self, account: Account) -> None:
        self.account = account

    def customer(self, params: Mapping[str, Any]) -> Object:
        names = ("email", "name", "phone", "description", "metadata")
        given = {name: params[name] for name in names if name in params}
        made = self.account.add("customer", "cus", **{"metadata": {}, **given})
        self.account.emit("customer.created", made)
        return made

    def product(self, params: Mapping[str, Any]) -> Object:
        made = self.account.add(
            "product",
            "prod",
            name=params["name"],
            description=params.get("description"),
            metadata=dict(params.get("metadata", {})),
            default_price=None,
            package_dimensions=None,
            type="service",
            updated=self.account.now,
        )
        self.account.emit("product.created", made)
        return made

    def price(self, params: Mapping[str, Any]) -> Object:
        if "product" in params:
            product = self.account.get("product", params["product"])["id"]
        elif "product_data" in params:
            product = self.product(params["product_data"])["id"]
        else:
            raise Refusal("Missing required param: product.", code="parameter_missing", param="product")
        recurring = params.get("recurring")
        made = self.account.add(
            "price",
            "price",
            product=product,
            currency=params["currency"],
            unit_amount=params.get("unit_amount"),
            unit_amount_decimal=str(params.get("unit_amount")),
            nickname=params.get("nickname"),
            lookup_key=params.get("lookup_key"),
            metadata=dict(params.get("metadata", {})),
            type="one_time" if recurring is None else "recurring",
            recurring=None if recurring is None else {
                "interval": recurring["interval"], "interval_count": recurring.get("interval_count", 1), "meter": None,
                "trial_period_days": None, "usage_type": "licensed",
            },
            custom_unit_amount=None,
            transform_quantity=None,
        )  # fmt: skip
        self.account.emit("price.created", made)
        return made

    def change(self, kind: str, id: str, params: Mapping[str, Any]) -> Object:
        found = self.account.get(kind, id)
        for name, value in params.items():
            if name in ("metadata", "invoice_settings"):
                found[name].update(value)
            elif name != "expand":
                found[name] = value
        self.account.emit(f"{kind}.updated", found)
        return found
