"""The slice put together: what wiring hands to routes and to the server."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from novacast import logs
from novacast.database import Database, Migrations
from novacast.folder import DataFolder
from novacast.operations.audit.service import Audit
from novacast.operations.doctor import examine
from novacast.operations.models import Finding
from novacast.operations.state import FailedMails
from novacast.operations.system.gauge import Gauge
from novacast.operations.system.service import System
from novacast.operations.tonight.pulse import Pulse
from novacast.operations.tonight.service import Evening, Sources
from novacast.overview import Alarm
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class OperationServices:
    audit: Audit
    evening: Evening
    pulse: Pulse
    """To be closed when the server stops."""
    system: System
    gauge: Gauge


def operation_services(
    db: Database,
    settings: Settings,
    folder: DataFolder,
    sources: Sources,
    sets: Sequence[Migrations],
    failed_mails: FailedMails,
) -> OperationServices:
    """`sets` and `failed_mails`: for the examination."""
    gauge = Gauge(db.clock, folder.root, settings.uploads.reserve_bytes)

    def looked(encoders: bool) -> AsyncIterator[Finding]:
        return examine(settings, db.clock, sets, failed_mails, try_encoders=encoders)

    async def alarms() -> Sequence[Alarm]:
        return ()

    evening = Evening(db, db.clock, sources, gauge, alarms)
    return OperationServices(
        audit=Audit(db),
        evening=evening,
        pulse=Pulse(evening),
        system=System(settings, logs.ring, looked),
        gauge=gauge,
    )
