"""The door put together."""

from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.records import dataclass
from novacast.tickets.admission.keys import Keyring
from novacast.tickets.door.devices.service import Devices
from novacast.tickets.door.lists import Lists
from novacast.tickets.door.notes import Notes
from novacast.tickets.door.picture import Pictures
from novacast.tickets.door.scanning import Scanning


@dataclass(frozen=True, slots=True)
class DoorServices:
    lists: Lists
    scanning: Scanning
    notes: Notes
    devices: Devices
    """To be subscribed to the facts, durably."""
    pictures: Pictures


def door_services(db: Database, limiter: RateLimiter, keyring: Keyring, *, live: bool) -> DoorServices:
    """`live`: tickets of the sandbox are worth nothing."""
    lists = Lists(db)
    return DoorServices(
        lists=lists,
        scanning=Scanning(db, live=live),
        notes=Notes(db),
        devices=Devices(db, limiter, lists),
        pictures=Pictures(db, keyring, live=live),
    )
