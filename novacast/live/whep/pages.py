"""The page of a stage monitor: nothing but the picture, half a second behind."""

from novacast.live.models import ProgrammeState
from novacast.live.whep.service import Monitoring
from novacast.web import Call, Html, page


class MonitorPages:
    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring

    @page("/watch/{programme_id}/monitor", public=True)
    async def show(self, call: Call, programme_id: str) -> Html:
        programme = await self._monitoring.monitored(call.principal, programme_id)
        over = programme.state is ProgrammeState.ENDED
        context = {"programme": programme, "over": over, "off": self._monitoring.server is None}
        return Html("live/monitor.html", context)
