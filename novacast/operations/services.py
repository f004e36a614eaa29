"""The slice put together: what wiring hands to routes and to the server."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from novacast import logs
from novacast.database import Database, Migrations
from novacast.folder import DataFolder
from novacast.operations.alarms.outward import examined
from novacast.operations.alarms.ports import Mailer, Operators
from novacast.operations.alarms.service import Alarms
from novacast.operations.alarms.watch import Watch, Watched
from novacast.operations.audit.service import Audit
from novacast.operations.doctor import Check, examine
from novacast.operations.models import Finding
from novacast.operations.probes.figures import Figures
from novacast.operations.probes.readiness import Readiness
from novacast.operations.state import FailedMails
from novacast.operations.system.gauge import Gauge
from novacast.operations.system.service import System
from novacast.operations.tonight.pulse import Pulse
from novacast.operations.tonight.service import Evening, Sources
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class OperationServices:
    audit: Audit
    evening: Evening
    pulse: Pulse
    """To be closed when the server stops."""
    system: System
    gauge: Gauge
    alarms: Alarms
    figures: Figures
    readiness: Readiness


def of_alarms(settings: Settings) -> Mapping[str, Check]:
    """What the examination looks at where alarms are told outside."""
    targets = settings.alarms.targets
    return {"alarms": lambda: examined(targets)} if targets else {}


def operation_services(
    db: Database,
    settings: Settings,
    folder: DataFolder,
    sources: Sources,
    sets: Sequence[Migrations],
    failed_mails: FailedMails,
    watched: Watched,
    mailer: Mailer,
    operators: Operators,
) -> OperationServices:
    """`sets` and `failed_mails`: for the examination. Raises BadSettings for quiet hours that are none."""
    gauge = Gauge(db.clock, folder.root, settings.uploads.reserve_bytes)

    def looked(encoders: bool) -> AsyncIterator[Finding]:
        return examine(settings, db.clock, sets, failed_mails, try_encoders=encoders, more=of_alarms(settings))

    alarms = Alarms(db, settings, Watch(db, settings, folder, watched), mailer, operators)
    evening = Evening(db, db.clock, sources, gauge, alarms.standing)
    return OperationServices(
        audit=Audit(db),
        evening=evening,
        pulse=Pulse(evening),
        system=System(settings, logs.ring, looked),
        gauge=gauge,
        alarms=alarms,
        figures=Figures(db, evening, watched.behind),
        readiness=Readiness(db, settings, folder),
    )
