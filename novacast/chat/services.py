"""The slice put together: what wiring hands to routes, pages, the command line and other slices."""

from collections.abc import Sequence
from pathlib import Path

from novacast.chat.badges import RoleBadges
from novacast.chat.commands import Commands, RoomCommands, Source
from novacast.chat.emotes.personal import EmotePersonalData
from novacast.chat.emotes.service import Emotes
from novacast.chat.entrance import Entrance
from novacast.chat.flood import Flood
from novacast.chat.gifts.service import Gifts
from novacast.chat.leaving.endings import Endings
from novacast.chat.leaving.personal import ChatPersonalData
from novacast.chat.mediatime import MediaTime
from novacast.chat.mentioning.service import MentionFacts
from novacast.chat.messages import Guard, Messages
from novacast.chat.models import Guest
from novacast.chat.moderation.automatic.wordmodel import WordModel
from novacast.chat.moderation.commands import ModeratorCommands
from novacast.chat.moderation.ports import Judge, Standings
from novacast.chat.moderation.sanctions.door import SanctionDoor
from novacast.chat.moderation.services import ModerationServices, Neighbours, moderation_services
from novacast.chat.notices.service import Notices
from novacast.chat.ports import Badges, People, Places
from novacast.chat.rooms.doorkeeper import Doorkeeper
from novacast.chat.rooms.lobby import Lobby, Standing, standing_of
from novacast.chat.rooms.room import Pace
from novacast.chat.rooms.seats import FILES_EACH, Seats, most_connections
from novacast.chat.steering import Steering
from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.limits import FILES_BESIDE, RateLimiter, files_left
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.outbox import Outbox
from novacast.records import dataclass
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
    emotes: Emotes
    personal: ChatPersonalData
    emote_personal: EmotePersonalData
    endings: Endings
    guards: list[Guard]
    """Asked before anything is said. Others add theirs."""
    sources: list[Source]
    """Of commands. Others add theirs."""
    moderation: ModerationServices
    gifts: Gifts
    notices: Notices
    db: Database

    async def standing(self, guest: Guest) -> Standing:
        """The room as it stands."""
        return await standing_of(self.db, guest, guest.place.media_id)

    def subscribe(self, outbox: Outbox) -> None:
        outbox.subscribe("rooms", self.doorkeeper.hear)
        outbox.subscribe("chat", self.endings.hear, durable=True)
        outbox.subscribe("emotes", self.emotes.hear, durable=True)
        outbox.subscribe("notices", self.notices.hear, durable=True)

    def start(self) -> None:
        self.doorkeeper.start()

    async def close(self) -> None:
        await self.doorkeeper.close()
        await self.lobby.close()
        await self.moderation.close()


def chat_services(
    db: Database,
    clock: Clock,
    settings: Settings,
    limiter: RateLimiter,
    places: Sequence[Places],
    people: People,
    badges: Sequence[Badges] = (),
    *,
    key: bytes,
    standings: Standings,
    judge: Judge | None = None,
) -> ChatServices:
    """`places` in the order they are asked; `badges`: sources beside roles; `key`: of this installation; `judge`: who
    says what texts are, beside the model of words that the settings name."""
    own, folder, door = settings.chat, DataFolder.at(settings.data), SanctionDoor(db, clock)

    async def find() -> FFmpeg:
        return await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)

    entrance = Entrance(places, [RoleBadges(), *badges], [door])
    lobby, time = Lobby(db, Pace(sample_above=own.sample_above)), MediaTime(clock)
    flood = Flood(limiter, burst=own.burst, seconds=own.burst_seconds)
    guards: list[Guard] = []
    sources: list[Source] = []
    messages = Messages(db, lobby, flood, people, time, guards)
    steering = Steering(db, messages, flood, time)
    sources.append(RoomCommands(messages, steering))
    doorkeeper = Doorkeeper(lobby, entrance, clock)
    machine = judge or (
        WordModel.read(Path(settings.moderation.word_model)) if settings.moderation.word_model else None
    )
    neighbours = Neighbours(standings, people, machine)
    moderation = moderation_services(
        db, clock, settings.moderation, limiter, key, messages, steering, lobby, doorkeeper, door, neighbours
    )
    guards += [moderation.guard, MentionFacts()]
    sources.append(ModeratorCommands(moderation, lobby, db))
    connections = settings.server.max_connections
    most = most_connections(files_left(connections * FILES_EACH + FILES_BESIDE), connections, own.connections)
    return ChatServices(
        entrance=entrance,
        messages=messages,
        steering=steering,
        commands=Commands(messages, sources),
        lobby=lobby,
        doorkeeper=doorkeeper,
        seats=Seats(most, per_person=own.per_person, per_network=own.per_address),
        emotes=Emotes(db, folder.cache, find),
        personal=ChatPersonalData(db, lobby),
        emote_personal=EmotePersonalData(db),
        endings=Endings(db, entrance),
        guards=guards,
        sources=sources,
        moderation=moderation,
        gifts=Gifts(db, clock, entrance, messages, guards),
        notices=Notices(db, clock, entrance, messages, time, Languages(settings.language)),
        db=db,
    )
