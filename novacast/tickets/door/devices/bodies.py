"""Shapes of devices at doors and their pairing."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.door.bodies import GateName, Name
from novacast.tickets.door.devices.models import Device, State
from novacast.web import Body, ListBody


class NewDeviceBody(Body):
    name: Name
    gate: GateName = ""


class DeviceBody(Body):
    id: str
    list: str
    name: str
    gate: str
    about: Annotated[str, Field(description="What it says that it is.")]
    state: State
    seen_at: str | None
    until: Annotated[str, Field(description="Then its token is good for nothing.")]

    @classmethod
    def of(cls, one: Device, now: int) -> "DeviceBody":
        return cls(
            id=one.id,
            list=one.list_id,
            name=one.name,
            gate=one.gate,
            about=one.about,
            state=one.state(now),
            seen_at=iso(one.seen_at),
            until=iso(one.until),
        )


class DevicesBody(ListBody[DeviceBody]):
    pass


class InvitedBody(Body):
    device: DeviceBody
    code: Annotated[str, Field(description="Pairs one device, once. Shown here alone.")]
    code_until: str


class PairBody(Body):
    code: Annotated[str, Field(min_length=1, max_length=60)]


class PairedBody(Body):
    device: DeviceBody
    token: Annotated[str, Field(description="Send it as `Authorization: Bearer`. Shown here alone.")]
