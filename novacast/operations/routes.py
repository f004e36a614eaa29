"""Everything of operations that is reached by the API, but the probes, which are asked from the first second on."""

from novacast import logs
from novacast.clock import Clock
from novacast.operations.alarms.routes import AlarmRoutes
from novacast.operations.audit.routes import AuditRoutes
from novacast.operations.console.pages import ConsolePages
from novacast.operations.console.ports import People
from novacast.operations.imports.routes import ImportRoutes
from novacast.operations.imports.undoing.routes import UndoRoutes
from novacast.operations.retention.routes import RetentionRoutes
from novacast.operations.services import OperationServices
from novacast.operations.system.routes import SystemRoutes
from novacast.operations.tonight.routes import TonightRoutes
from novacast.settings import Settings
from novacast.web import Authenticator


def operation_routes(
    own: OperationServices, authenticator: Authenticator, people: People, settings: Settings, clock: Clock
) -> tuple[object, ...]:
    """`people`: who a browser's session belongs to."""
    return (
        TonightRoutes(own.evening, own.pulse, logs.ring, authenticator),
        SystemRoutes(own.system),
        AuditRoutes(own.audit),
        RetentionRoutes(own.retention),
        AlarmRoutes(own.alarms),
        ImportRoutes(own.imports),
        UndoRoutes(own.undoing),
        ConsolePages(own.console, people, settings, clock),
    )
