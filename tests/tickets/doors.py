"""Doors of a box office in tests: lists, codes of tickets, and scans by somebody who is logged in."""

from collections.abc import Sequence
from typing import Any

from novacast.identity import Principal, new_id
from novacast.tickets.door.models import CheckinList, Rules, Scan, Wish
from novacast.tickets.door.scanning import Post
from novacast.tickets.orders.models import Receipt
from novacast.tickets.services import TicketServices
from tests.tickets.box import DOOR, OWNER, Box


async def codes(box: Box, receipt: Receipt) -> list[str]:
    tickets = await box.own.admission.of_order(receipt.order.id)
    found = await box.own.admission.codes(tickets)
    return [found[one.id] for one in tickets if one.id in found]


async def sold_code(box: Box) -> str:
    (code,) = await codes(box, await box.sold())
    return code


async def door(box: Box, *items: str, reentry: bool = False, **rules: Any) -> CheckinList:
    return await box.own.door.lists.create(OWNER, box.night.id, Rules("Front", items, reentry=reentry, **rules))


async def scan(
    box: Box,
    at: CheckinList,
    code: str,
    *,
    gate: str = "A",
    who: Principal = DOOR,
    own: TicketServices | None = None,
    **wish: Any,
) -> Scan:
    """`own`: other services than the box's, on the same database."""
    services = own or box.own
    wanted = await services.door.lists.show(who, at.id)
    return await services.door.scanning.scan(
        Post(wanted, who.person_id), Wish(**{"id": new_id(), "code": code, "gate": gate, **wish})
    )


async def verdicts(box: Box, at: CheckinList, code: str, times: int = 1) -> Sequence[str]:
    return [(await scan(box, at, code)).verdict.value for _ in range(times)]
