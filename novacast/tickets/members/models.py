"""What a membership is worth at the box office. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.clock import HOUR
from novacast.records import dataclass
from novacast.tickets.codes.models import Code
from novacast.tickets.events.models import Item
from novacast.tickets.members.ports import Tier

MOST = 2
"""Units of a performance that each member has at their price, unless the house says otherwise."""
WHOLE = 10_000
"""Basis points."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is to a house at the moment they buy. `left`: units they may still have at their price."""

    tiers: Sequence[Tier] = ()
    left: int = 0

    def early(self, sale_from: int | None, now: int) -> bool:
        """Whether a sale that begins then is open to them now."""
        hours = max((one.presale_hours for one in self.tiers), default=0)
        return sale_from is not None and sale_from - hours * HOUR <= now

    def off(self, item: Item, price: int) -> tuple[int, str]:
        """What one unit costs them less, and by which membership; half a unit is rounded up. What the buyer sets stays
        as it is."""
        best = max(self.tiers, key=lambda one: one.discount, default=None)
        if best is None or not self.left or item.open_price:
            return 0, ""
        off = (price * best.discount + WHOLE // 2) // WHOLE
        return (off, best.name) if off else (0, "")

    def after(self, off: int) -> "Standing":
        """Once a unit was taken, with so much off."""
        return replace(self, left=self.left - 1) if off else self


NOBODY = Standing()


def ahead(tiers: Sequence[Tier], sale_from: int | None, now: int) -> Sequence[Tier]:
    """Those of a house's to which a sale is open before it begins, now."""
    return [one for one in tiers if one.presale_hours and Standing((one,)).early(sale_from, now)]


def saved(item: Item, price: int, code: Code | None, standing: Standing) -> tuple[int, int, str]:
    """What a code takes off, or else a membership, and its name: whichever is more."""
    off = 0 if code is None else code.off(item, price)
    member_off, tier = standing.off(item, price)
    return (0, member_off, tier) if member_off > off else (off, 0, "")
