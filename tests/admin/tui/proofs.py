"""Proofs that the keys of a screen change the server, by screen."""

from collections.abc import Awaitable, Callable

from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.widgets.dialogs import Confirm
from tests.admin.tui.desk import Desk
from tests.operations.admin.conftest import House

API = "/api/v1"
Proof = Callable[[Desk, House], Awaitable[None]]
PROOFS: dict[type[Room], tuple[frozenset[str], Proof]] = {}


def proves(room: type[Room], *names: str) -> Callable[[Proof], Proof]:
    def keep(proof: Proof) -> Proof:
        PROOFS[room] = frozenset(names), proof
        return proof

    return keep


async def yes(desk: Desk) -> None:
    await desk.asked(Confirm)
    await desk.press("y")
