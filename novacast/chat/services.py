"""The slice put together: what wiring hands to routes, pages, the command line and other slices."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacast.chat.badges import RoleBadges
from novacast.chat.commands import Commands, RoomCommands, Source
from novacast.chat.entrance import Entrance
from novacast.chat.flood import Flood
from novacast.chat.leaving.endings import Endings
from novacast.chat.leaving.personal import ChatPersonalData
from novacast.chat.mediatime import MediaTime
from novacast.chat.messages import Guard, Messages
from novacast.chat.models import Guest
from novacast.chat.ports import Badges, People, Places
from novacast.chat.rooms.doorkeeper import Doorkeeper
from novacast.chat.rooms.lobby import Lobby, Standing, standing_of
from novacast.chat.rooms.room import Pace
from novacast.chat.rooms.seats import Seats, most_connections
from novacast.chat.steering import Steering
from novacast.clock import Clock
from novacast.database import Database
from novacast.limits import FILES_BESIDE, RateLimiter, files_left
from novacast.outbox import Outbox
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class ChatServices:
    """`subscribe` before facts are delivered, `start` then; `lobby.close` when the server stops, then `close`."""

    entrance: Entrance
    messages: Messages
    steering: Steering
    commands: Commands
    lobby: Lobby
    doorkeeper: Doorkeeper
    seats: Seats
    personal: ChatPersonalData
    endings: Endings
    guards: list[Guard]
    """Asked before anything is said. Others add theirs."""
    sources: list[Source]
    """Of commands. Others add theirs."""
    db: Database

    async def standing(self, guest: Guest) -> Standing:
        """The room as it stands."""
        return await standing_of(self.db, guest, guest.place.media_id)

    def subscribe(self, outbox: Outbox) -> None:
        outbox.subscribe("rooms", self.doorkeeper.hear)
        outbox.subscribe("chat", self.endings.hear, durable=True)

    def start(self) -> None:
        self.doorkeeper.start()

    async def close(self) -> None:
        await self.doorkeeper.close()
        await self.lobby.close()


def chat_services(
    db: Database,
    clock: Clock,
    settings: Settings,
    limiter: RateLimiter,
    places: Sequence[Places],
    people: People,
    badges: Sequence[Badges] = (),
) -> ChatServices:
    """`places` in the order they are asked; `badges`: sources beside roles."""
    own = settings.chat
    entrance = Entrance(places, [RoleBadges(), *badges])
    lobby, time = Lobby(db, Pace(sample_above=own.sample_above)), MediaTime(clock)
    flood = Flood(limiter, burst=own.burst, seconds=own.burst_seconds)
    guards: list[Guard] = []
    sources: list[Source] = []
    messages = Messages(db, lobby, flood, people, time, guards)
    steering = Steering(db, messages, flood, time)
    sources.append(RoomCommands(messages, steering))
    connections = settings.server.max_connections
    most = most_connections(files_left(connections + FILES_BESIDE), connections, own.connections)
    return ChatServices(
        entrance=entrance,
        messages=messages,
        steering=steering,
        commands=Commands(messages, sources),
        lobby=lobby,
        doorkeeper=Doorkeeper(lobby, entrance, clock),
        seats=Seats(most, per_person=own.per_person, per_network=own.per_address),
        personal=ChatPersonalData(db, lobby),
        endings=Endings(db, entrance),
        guards=guards,
        sources=sources,
        db=db,
    )
