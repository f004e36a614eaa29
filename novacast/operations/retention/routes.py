"""The admin API of how long things are kept."""

from novacast.errors import Forbidden
from novacast.operations.retention.bodies import DueBody, DuesBody
from novacast.operations.retention.service import Retention
from novacast.web import Call, get


class RetentionRoutes:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    @get(
        "/api/v1/admin/retention",
        tag="admin",
        scope="admin",
        summary="How long things are kept, and what is due",
        errors=(Forbidden,),
    )
    async def report(self, call: Call) -> DuesBody:
        return DuesBody.of(await self._retention.report(call.principal), DueBody.of)
