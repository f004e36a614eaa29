"""A page of resources of one type (RFC 7644, section 3.4.2.4)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from novacast.accounts.scim.filters import Filter, parsed
from novacast.accounts.scim.models import Order
from novacast.database import Database, Query

T = TypeVar("T")


async def page(
    db: Database,
    written: str,
    start: int,
    count: int,
    counted: Callable[[Filter | None], Query[int]],
    listed: Callable[[Filter | None, int, int, Order | None], Query[T]],
    order: Order | None,
) -> tuple[int, Sequence[T]]:
    """How many fit the filter as it is `written`, and some of them; `start` counts from 1. Raises InvalidInput."""
    found = parsed(written) if written else None
    async with db.snapshot() as view:
        total = await view.one(counted(found)) or 0
        some = await view.all(listed(found, start - 1, count, order)) if count else []
    return total, some
