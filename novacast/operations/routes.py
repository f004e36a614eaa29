"""Everything of operations that is reached by the API."""

from novacast import logs
from novacast.operations.audit.routes import AuditRoutes
from novacast.operations.services import OperationServices
from novacast.operations.system.routes import SystemRoutes
from novacast.operations.tonight.routes import TonightRoutes


def operation_routes(own: OperationServices) -> tuple[object, ...]:
    return (
        TonightRoutes(own.evening, own.pulse, logs.ring),
        SystemRoutes(own.system),
        AuditRoutes(own.audit),
    )
