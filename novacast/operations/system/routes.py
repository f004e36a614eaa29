"""The admin API of the machine, the log, the settings and the examination."""

from novacast.errors import Forbidden
from novacast.operations.system.bodies import (
    DoctorQuery,
    FindingBody,
    FindingsBody,
    LogLineBody,
    LogLinesBody,
    LogQuery,
    SettingBody,
    SettingsBody,
)
from novacast.operations.system.service import System
from novacast.web import Call, get


class SystemRoutes:
    def __init__(self, system: System) -> None:
        self._system = system

    @get("/api/v1/admin/log", tag="admin", scope="admin", summary="The last lines of the log", errors=(Forbidden,))
    async def log(self, call: Call, query: LogQuery) -> LogLinesBody:
        """Of the server and of the worker that it started, oldest first. All of it is in the system's journal."""
        return LogLinesBody.of(self._system.lines(call.principal, query.wanted(), query.limit), LogLineBody.of)

    @get("/api/v1/admin/settings", tag="admin", scope="admin", summary="Settings in force", errors=(Forbidden,))
    async def settings(self, call: Call) -> SettingsBody:
        return SettingsBody.of(self._system.settings(call.principal), SettingBody.of)

    @get("/api/v1/admin/doctor", tag="admin", scope="admin", summary="Examine everything", errors=(Forbidden,))
    async def doctor(self, call: Call, query: DoctorQuery) -> FindingsBody:
        """As `novacast doctor` does; takes some seconds."""
        found = await self._system.findings(call.principal, encoders=query.encoders)
        return FindingsBody.of(found, FindingBody.of)
