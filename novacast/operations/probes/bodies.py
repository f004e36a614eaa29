"""The shape of signs of life."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from novacast.operations.probes.readiness import Part
from novacast.web import Body


class AliveBody(Body):
    status: Literal["ok"] = "ok"


class ReadyBody(Body):
    status: Literal["ready", "not_ready"]
    parts: Annotated[
        Mapping[str, Part], Field(description="`degraded`: it goes on without, as mails and transcodes that wait.")
    ]

    @classmethod
    def of(cls, parts: Mapping[str, Part]) -> "ReadyBody":
        return cls(status="not_ready" if Part.FAILED in parts.values() else "ready", parts=parts)
