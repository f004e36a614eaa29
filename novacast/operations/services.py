"""The slice put together: what wiring hands to routes and to the server."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from novacast import logs, outbox
from novacast.database import Database, Migrations
from novacast.database.connection import Guards
from novacast.folder import DataFolder
from novacast.importing import Kind, Takes, Undoes
from novacast.jobs import JobQueue
from novacast.keeping import Rule
from novacast.operations.alarms.outward import examined
from novacast.operations.alarms.ports import FailingWebhooks, Mailer, Money, Operators, Push
from novacast.operations.alarms.service import Alarms
from novacast.operations.alarms.watch import Watch, Watched
from novacast.operations.audit.service import Audit
from novacast.operations.console.ports import Operators as Proving
from novacast.operations.console.service import WebConsole
from novacast.operations.doctor import Check, examine
from novacast.operations.imports.files import ImportFiles
from novacast.operations.imports.running import Running
from novacast.operations.imports.service import Imports
from novacast.operations.imports.undoing import Undoing
from novacast.operations.models import Finding
from novacast.operations.probes.figures import Figures
from novacast.operations.probes.readiness import Readiness
from novacast.operations.retention.service import Retention
from novacast.operations.state import FailedMails
from novacast.operations.system.gauge import Gauge
from novacast.operations.system.service import System
from novacast.operations.tonight import ports
from novacast.operations.tonight.pulse import Pulse
from novacast.operations.tonight.service import Evening, Sources
from novacast.records import dataclass
from novacast.settings import Settings


class BoxOffice(ports.BoxOffice, Money, Protocol):
    """Of all organizations."""


@dataclass(frozen=True, slots=True)
class Slices:
    """What the slices tell, and how people are reached."""

    broadcasts: ports.Broadcasts
    players: ports.Players
    rooms: ports.Rooms
    box_office: BoxOffice
    works: Sequence[ports.Works]
    failing_webhooks: FailingWebhooks
    mailer: Mailer
    operators: Operators
    push: Push
    proving: Proving


@dataclass(frozen=True, slots=True)
class OperationServices:
    audit: Audit
    evening: Evening
    pulse: Pulse
    system: System
    gauge: Gauge
    alarms: Alarms
    figures: Figures
    readiness: Readiness
    retention: Retention
    imports: Imports
    undoing: Undoing
    console: WebConsole

    async def leave(self) -> None:
        """Those who look are told, when the server stops."""
        self.readiness.leaving = True
        self.console.close()
        await self.pulse.close()


def of_alarms(settings: Settings) -> Mapping[str, Check]:
    """What the examination looks at where alarms are told outside."""
    targets = settings.alarms.targets
    return {"alarms": lambda: examined(targets)} if targets else {}


def operation_services(
    db: Database,
    settings: Settings,
    folder: DataFolder,
    slices: Slices,
    sets: Sequence[Migrations],
    failed_mails: FailedMails,
    rules: Sequence[Rule],
    queue: JobQueue,
    takers: Mapping[Kind, Takes],
    undoers: Mapping[Kind, Undoes],
    guards: Guards,
) -> OperationServices:
    """`sets` and `failed_mails`: for the examination. `rules`: how long things are kept. `takers`,
    `undoers` and `guards`: for imports.

    Raises BadSettings for quiet hours that are none.
    """
    sources = Sources(slices.broadcasts, slices.players, slices.rooms, slices.box_office, slices.works)
    watched = Watched(slices.broadcasts, slices.box_office, slices.works, slices.failing_webhooks, outbox.behind)
    gauge = Gauge(db.clock, folder.root, settings.uploads.reserve_bytes)

    def looked(encoders: bool) -> AsyncIterator[Finding]:
        return examine(settings, db.clock, sets, failed_mails, try_encoders=encoders, more=of_alarms(settings))

    files = ImportFiles(folder.cache / "imports", settings.uploads.reserve_bytes)
    alarms = Alarms(
        db, settings, Watch(db, settings, folder, watched), slices.mailer, slices.operators, push=slices.push
    )
    imports = Imports(db, queue, files, Running(db, files, takers, guards))
    evening = Evening(db, db.clock, sources, gauge, alarms.standing)
    return OperationServices(
        audit=Audit(db),
        evening=evening,
        pulse=Pulse(evening),
        system=System(settings, logs.ring, looked),
        gauge=gauge,
        alarms=alarms,
        figures=Figures(db, evening, outbox.behind),
        readiness=Readiness(db, settings, folder),
        retention=Retention(db, rules),
        imports=imports,
        undoing=Undoing(db, queue, imports, undoers),
        console=WebConsole(settings.console, slices.proving, db.clock),
    )
