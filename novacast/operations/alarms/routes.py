"""The admin API of alarms."""

from novacast.errors import Forbidden, NotFound
from novacast.operations.alarms.bodies import AlarmBody, AlarmsBody, AlarmsQuery
from novacast.operations.alarms.service import Alarms
from novacast.web import Call, get, put

ALARMS = "/api/v1/admin/alarms"


class AlarmRoutes:
    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms

    @get(ALARMS, tag="admin", scope="admin", summary="Alarms", errors=(Forbidden,))
    async def listed(self, call: Call, query: AlarmsQuery) -> AlarmsBody:
        """Those that are true now, the gravest first; or the last hundred."""
        return AlarmsBody(items=await self._alarms.listed(call.principal, standing=query.standing))

    @put(
        f"{ALARMS}/{{alarm_id}}/acknowledged",
        tag="admin",
        scope="admin",
        summary="Say that one knows",
        errors=(Forbidden, NotFound),
    )
    async def acknowledge(self, call: Call, alarm_id: str) -> AlarmBody:
        """Nobody is told of it any more; it stands until it is over."""
        return AlarmBody(alarm=await self._alarms.acknowledge(call.principal, alarm_id))
