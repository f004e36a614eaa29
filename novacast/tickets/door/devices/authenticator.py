"""Who asks, where it may be a device at a door: it is known by its token, everybody else as before."""

from typing import Protocol

from novacast.identity import Principal
from novacast.tickets.door.devices.models import TOKEN_PREFIX
from novacast.tickets.door.devices.service import Devices


class Presented(Protocol):
    """What the web kit hands over (its `Credentials`)."""

    @property
    def session(self) -> str | None: ...
    @property
    def bearer(self) -> str | None: ...
    @property
    def address(self) -> str: ...


class People(Protocol):
    async def authenticate(self, credentials: Presented) -> Principal: ...


class DoorAuthenticator:
    def __init__(self, people: People, devices: Devices) -> None:
        self._people, self._devices = people, devices

    async def authenticate(self, credentials: Presented) -> Principal:
        """Raises Unauthenticated for what is wrong, old or revoked."""
        if credentials.bearer is not None and credentials.bearer.startswith(TOKEN_PREFIX):
            return await self._devices.principal(credentials.bearer)
        return await self._people.authenticate(credentials)
