"""What may be changed of a kind of ticket that is there already. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from novacast.errors import FieldError
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.tickets.events.models import Item, Price, bounds_at_fault
from novacast.tickets.models import ItemKind

NULLABLE = frozenset({"most_per_person", "sale_from", "sale_until", "replay_until"})


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What an edit sets; fields that are not in `given` stay as they are."""

    given: frozenset[str]
    name: str | None = None
    price: int | None = None
    on_sale: bool | None = None
    fee: int | None = None
    tax_bp: int | None = None
    open_price: bool | None = None
    least: int | None = None
    most: int | None = None
    most_per_person: int | None = None
    sale_from: int | None = None
    sale_until: int | None = None
    hidden: bool | None = None
    replay_until: int | None = None
    prices: tuple[Price, ...] | None = None
    """The whole list."""

    def columns(self) -> Mapping[str, Any]:
        """Those of a row, without its prices. Raises InvalidInput."""
        found = {name: getattr(self, name) for name in sorted(self.given - {"prices"})}
        found = {name: value for name, value in found.items() if value is not None or name in NULLABLE}
        if self.name is not None and "name" in found:
            texts = Texts()
            found["name"] = texts.title(self.name, text("Give it a name."), "name")
            texts.check()
        return {name: int(value) if isinstance(value, bool) else value for name, value in found.items()}

    def check(self, item: Item) -> None:
        """Whether the item still is one that can be sold. Raises InvalidInput."""
        after = replace(item, **self.columns())
        texts = Texts()
        texts.errors += bounds_at_fault(after.least, after.most, after.sale_from, after.sale_until)
        if after.kind in (ItemKind.REPLAY, ItemKind.BUNDLE) and after.replay_until is None:
            said = text("Say until when it opens the recording.")
            texts.errors.append(FieldError("replay_until", "required", said))
        texts.check()
