"""The console's screens, in the order of their keys."""

from novacast_admin.tui.screens.backups import Backups
from novacast_admin.tui.screens.box_office import BoxOffice
from novacast_admin.tui.screens.chat import Chat
from novacast_admin.tui.screens.imports import Imports
from novacast_admin.tui.screens.payments import Payments
from novacast_admin.tui.screens.people import People
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.screens.storage import Storage
from novacast_admin.tui.screens.streams import Streams
from novacast_admin.tui.screens.system import System
from novacast_admin.tui.screens.tonight import TonightRoom
from novacast_admin.tui.screens.videos import Videos

ROOMS: tuple[type[Room], ...] = (
    TonightRoom,
    Streams,
    Videos,
    BoxOffice,
    Chat,
    People,
    Payments,
    Storage,
    Backups,
    System,
    Imports,
)

__all__ = ["ROOMS"]
