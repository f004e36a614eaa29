"""Shapes of the log, the settings and the examination."""

from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.logs import Line, Wanted
from novacast.operations.models import Finding, State
from novacast.settings.manual import Shown
from novacast.web import Body, ListBody


class LogLineBody(Body):
    n: Annotated[int, Field(description="Goes up by one; begins anew with each start of the server.")]
    at: str
    level: str
    logger: str
    message: str
    context: Annotated[str, Field(description="Of the request or job.")]

    @classmethod
    def of(cls, line: Line) -> "LogLineBody":
        return cls(
            n=line.n, at=line.at, level=line.level, logger=line.logger, message=line.message, context=line.context
        )


class LogLinesBody(ListBody[LogLineBody]):
    pass


class LogQuery(Body):
    level: Literal["debug", "info", "warning", "error"] = "debug"
    q: Annotated[str, Field(max_length=200, description="A part of message, logger or context.")] = ""
    behind: Annotated[int, Field(ge=0, description="Only lines with greater numbers.")] = 0
    limit: Annotated[int, Field(ge=1, le=2000)] = 200

    def wanted(self) -> Wanted:
        return Wanted(self.behind, self.level, self.q)


class SettingBody(Body):
    key: str
    value: Annotated[Any, Field(description="Secrets are masked.")]
    changed: Annotated[bool, Field(description="Whether it is another than the default.")]
    about: str

    @classmethod
    def of(cls, one: Shown) -> "SettingBody":
        return cls(key=one.key, value=one.value, changed=one.changed, about=one.doc)


class SettingsBody(ListBody[SettingBody]):
    pass


class FindingBody(Body):
    check: str
    state: State
    message: str
    mend: Annotated[str, Field(description="What to do, for people; empty where nothing needs mending.")]

    @classmethod
    def of(cls, one: Finding) -> "FindingBody":
        return cls(check=one.check, state=one.state, message=one.message, mend=one.mend)


class FindingsBody(ListBody[FindingBody]):
    pass


class DoctorQuery(Body):
    encoders: Annotated[bool, Field(description="Try every encoder anew, which takes some seconds for each.")] = False
