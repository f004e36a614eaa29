"""The API of devices at doors: pairing them, and what they do with their token."""

from functools import partial

from novacast.clock import Clock, iso
from novacast.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.tickets.door.bodies import (
    MILLISECOND,
    DeliveredBody,
    DeliveriesBody,
    DeliveryBody,
    FindQuery,
    FoundBody,
    FoundTicketsBody,
    IncidentBody,
    IncidentsBody,
    NewScanBody,
    PictureBody,
    ScanBody,
)
from novacast.tickets.door.devices.bodies import (
    DeviceBody,
    DevicesBody,
    InvitedBody,
    NewDeviceBody,
    PairBody,
    PairedBody,
)
from novacast.tickets.door.devices.models import Device
from novacast.tickets.door.devices.service import Devices
from novacast.tickets.door.picture import Pictures
from novacast.tickets.door.routes import LIST
from novacast.tickets.door.scanning import Scanning
from novacast.tickets.events.routes import PERFORMANCE
from novacast.web import Call, delete, get, post

DEVICE = "/api/v1/devices/{device_id}"
DOOR = "/api/v1/door"
_WORK = (NotFound, Forbidden)
_secret = partial(post, tag="tickets", idempotent=False)
"""Their answers hold secrets, which are kept nowhere."""
_read = partial(get, tag="tickets", public=True, keyed=True)
_write = partial(post, tag="tickets", public=True, keyed=True, idempotent=False)
"""Scans have ids of their own: what comes twice is done once."""


class DeviceRoutes:
    def __init__(self, devices: Devices, clock: Clock) -> None:
        self._devices, self._clock = devices, clock

    @get(f"{PERFORMANCE}/devices", tag="tickets", summary="Devices at a performance's doors", errors=_WORK)
    async def listed(self, call: Call, performance_id: str) -> DevicesBody:
        found, now = await self._devices.of_performance(call.principal, performance_id), self._clock.now()
        return DevicesBody.of(found, lambda one: DeviceBody.of(one, now))

    @_secret(
        f"{LIST}/devices", status=201, summary="A code that pairs a device", errors=(*_WORK, InvalidInput, Conflict)
    )
    async def invite(self, call: Call, list_id: str, body: NewDeviceBody) -> InvitedBody:
        """Good for ten minutes and one device. `/door/#pair=CODE` is what its QR code holds."""
        return self._invited(*await self._devices.invite(call.principal, list_id, body.name, body.gate))

    @_secret(f"{DEVICE}/code", summary="Another code for a device that waits", errors=(*_WORK, Conflict))
    async def renew(self, call: Call, device_id: str) -> InvitedBody:
        return self._invited(*await self._devices.renew(call.principal, device_id))

    @delete(DEVICE, tag="tickets", status=204, summary="Revoke a device", errors=_WORK)
    async def revoke(self, call: Call, device_id: str) -> None:
        """It can do nothing from now on, and what it scanned without a network since is not taken any more."""
        await self._devices.revoke(call.principal, device_id)

    def _invited(self, device: Device, code: str) -> InvitedBody:
        now = self._clock.now()
        return InvitedBody(device=DeviceBody.of(device, now), code=code, code_until=iso(device.code_until))


class PostRoutes:
    """For devices, by their token in `Authorization: Bearer`."""

    def __init__(self, devices: Devices, pictures: Pictures, scanning: Scanning, clock: Clock) -> None:
        self._devices, self._pictures, self._scanning, self._clock = devices, pictures, scanning, clock

    @_write(f"{DOOR}/pairing", status=201, summary="Pair this device", errors=(Gone, RateLimited, InvalidInput))
    async def pair(self, call: Call, body: PairBody) -> PairedBody:
        device, token = await self._devices.pair(body.code, call.user_agent, call.address)
        return PairedBody(device=DeviceBody.of(device, self._clock.now()), token=token)

    @_read(f"{DOOR}/picture", summary="What this device decides by", errors=(Unauthenticated,))
    async def picture(self, call: Call) -> PictureBody:
        """Follow `/api/v1/realtime` from its `seq` on, with the same token: `checkin:LIST` and `ticket:PERFORMANCE`."""
        device, post = await self._devices.post(call.key)
        return PictureBody.of(await self._pictures.take(post.wanted), device.name, device.gate)

    @_read(f"{DOOR}/tickets", summary="Find a ticket", errors=(Unauthenticated, InvalidInput))
    async def find(self, call: Call, query: FindQuery) -> FoundTicketsBody:
        _, post = await self._devices.post(call.key)
        return FoundTicketsBody.of(await self._scanning.find(post.wanted, query.q), FoundBody.of)

    @_read(f"{DOOR}/incidents", summary="What went wrong at this list", errors=(Unauthenticated,))
    async def incidents(self, call: Call) -> IncidentsBody:
        device, _ = await self._devices.post(call.key)
        return IncidentsBody.of(await self._devices.incidents(device), IncidentBody.of)

    @_write(f"{DOOR}/scans", summary="Scan a ticket at this device", errors=(Unauthenticated, InvalidInput, NotFound))
    async def scan(self, call: Call, body: NewScanBody) -> ScanBody:
        """The verdict is in the answer: a ticket that is refused is no error."""
        _, post = await self._devices.post(call.key)
        return ScanBody.of(await self._scanning.scan(post, body.wish()))

    @_write(f"{DOOR}/deliveries", summary="Tell what was scanned without a network", errors=(Unauthenticated, NotFound))
    async def deliver(self, call: Call, body: DeliveryBody) -> DeliveriesBody:
        """In the order in which it happened; the same again does nothing."""
        _, post = await self._devices.post(call.key)
        decided = [one.decided() for one in body.scans]
        done = await self._scanning.deliver(post, body.sent_at * MILLISECOND, decided)
        items = [
            DeliveredBody(id=one.id, incident=incident, scan=ScanBody.of(scan))
            for one, (scan, incident) in zip(body.scans, done, strict=True)
        ]
        return DeliveriesBody(items=items)

    @delete(
        f"{DOOR}/pairing", tag="tickets", public=True, keyed=True, status=204, summary="Give this device's token back",
        errors=(Unauthenticated,),
    )  # fmt: skip
    async def leave(self, call: Call) -> None:
        await self._devices.leave(call.key)
