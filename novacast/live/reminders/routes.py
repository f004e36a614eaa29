"""The API of reminders."""

from novacast.errors import Conflict, NotFound, Unauthenticated
from novacast.live.programmes.routes import PROGRAMME
from novacast.live.reminders.service import Reminders
from novacast.web import Body, Call, delete, get, put


class ReminderBody(Body):
    wanted: bool


class ReminderRoutes:
    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    @get(f"{PROGRAMME}/reminder", tag="live", summary="Whether you are reminded of a programme by mail")
    async def show(self, call: Call, programme_id: str) -> ReminderBody:
        return ReminderBody(wanted=await self._reminders.wanted(call.principal, programme_id))

    @put(
        f"{PROGRAMME}/reminder",
        tag="live",
        summary="Be reminded of a planned programme by mail",
        errors=(NotFound, Unauthenticated, Conflict),
    )
    async def ask(self, call: Call, programme_id: str) -> ReminderBody:
        """And told when it is moved or cancelled."""
        await self._reminders.ask(call.principal, programme_id)
        return ReminderBody(wanted=True)

    @delete(f"{PROGRAMME}/reminder", tag="live", status=204, summary="Be reminded no more")
    async def stop(self, call: Call, programme_id: str) -> None:
        await self._reminders.stop(call.principal, programme_id)
