"""Rooms over HTTP: all that can be done in one, for those who do not stay."""

from novacast.chat.bodies import (
    CommandBody,
    CommandsBody,
    EntryBody,
    LogBody,
    MessageBody,
    MessagesBody,
    NewMessageBody,
    NewPollBody,
    PinnedBody,
    ReactionBody,
    ReplayQuery,
    RoomBody,
    RoomChangesBody,
    SetRoomBody,
    VoteBody,
    WordsBody,
)
from novacast.chat.models import Guest
from novacast.chat.moderation.sanctions.routes import arrive
from novacast.chat.services import ChatServices
from novacast.clock import SECOND
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.web import Call, ListQuery, delete, get, patch, post, put

ROOM = "/api/v1/rooms/{room_id}"
MESSAGE = f"{ROOM}/messages/{{message_id}}"
_READS = (NotFound, Unauthenticated, Forbidden)
_WRITES = (NotFound, Forbidden, InvalidInput, RateLimited)


class RoomRoutes:
    """What everybody may do."""

    def __init__(self, chat: ChatServices) -> None:
        self._chat = chat

    @get(ROOM, tag="chat", public=True, summary="A room", errors=_READS)
    async def show(self, call: Call, room_id: str) -> RoomBody:
        """The id is that of the programme or video."""
        guest = await self._guest(call, room_id)
        return RoomBody.of(guest, await self._chat.standing(guest), self._chat.lobby.people(room_id))

    @get(f"{ROOM}/commands", tag="chat", public=True, summary="What may be typed behind a slash", errors=_READS)
    async def commands(self, call: Call, room_id: str) -> CommandsBody:
        return CommandsBody.of(self._chat.commands.of(await self._guest(call, room_id)), CommandBody.of)

    @get(
        f"{ROOM}/messages",
        tag="chat",
        public=True,
        summary="What was said, latest first",
        errors=(*_READS, InvalidInput),
    )
    async def history(self, call: Call, room_id: str, query: ListQuery) -> MessagesBody:
        guest = await self._guest(call, room_id)
        page = await self._chat.messages.history(guest, query.cursor, query.limit)
        return MessagesBody.of(page, lambda one: MessageBody.for_guest(guest, one))

    @get(
        f"{ROOM}/replay",
        tag="chat",
        public=True,
        summary="What was said at moments of the media, in their order",
        errors=(*_READS, InvalidInput),
    )
    async def replay(self, call: Call, room_id: str, query: ReplayQuery) -> MessagesBody:
        """At `begin` <= `at` < `end` seconds."""
        guest = await self._guest(call, room_id)
        begin, end = round(query.begin * SECOND), round(query.end * SECOND)
        page = await self._chat.messages.replay(guest, begin, end, query.cursor, query.limit)
        return MessagesBody.of(page, MessageBody.of)

    @post(f"{ROOM}/messages", tag="chat", status=201, summary="Say something", errors=_WRITES)
    async def send(self, call: Call, room_id: str, body: NewMessageBody) -> MessageBody | None:
        """A command may leave nothing that was said: 204."""
        guest = await self._guest(call, room_id)
        then = call.remember(MessageBody.if_any)
        made = await self._chat.commands.say(guest, body.draft(), then)
        return MessageBody.if_any(made)

    @get(MESSAGE, tag="chat", public=True, summary="A message", errors=_READS)
    async def message(self, call: Call, room_id: str, message_id: str) -> MessageBody:
        guest = await self._guest(call, room_id)
        return MessageBody.for_guest(guest, await self._chat.messages.show(guest, message_id))

    @patch(MESSAGE, tag="chat", summary="Change what one said", errors=(*_WRITES, Conflict))
    async def edit(self, call: Call, room_id: str, message_id: str, body: WordsBody) -> MessageBody:
        guest = await self._guest(call, room_id)
        return MessageBody.of(await self._chat.messages.edit(guest, message_id, body.text))

    @delete(MESSAGE, tag="chat", status=204, summary="Take back what was said", errors=(NotFound, Forbidden))
    async def remove(self, call: Call, room_id: str, message_id: str) -> None:
        await self._chat.messages.delete(await self._guest(call, room_id), message_id)

    @put(f"{MESSAGE}/reactions", tag="chat", summary="React, or no more", errors=(*_WRITES, Conflict))
    async def react(self, call: Call, room_id: str, message_id: str, body: ReactionBody) -> MessageBody:
        guest = await self._guest(call, room_id)
        return MessageBody.of(await self._chat.messages.react(guest, message_id, body.reaction, on=body.on))

    @put(f"{MESSAGE}/vote", tag="chat", summary="Vote in a poll, or otherwise than before", errors=(*_WRITES, Conflict))
    async def vote(self, call: Call, room_id: str, message_id: str, body: VoteBody) -> MessageBody:
        guest = await self._guest(call, room_id)
        return MessageBody.of(await self._chat.steering.vote(guest, message_id, body.choice))

    async def _guest(self, call: Call, room_id: str) -> Guest:
        return await arrive(self._chat, call, room_id)


class SteeringRoutes:
    """What moderators may do."""

    def __init__(self, chat: ChatServices) -> None:
        self._chat = chat

    @patch(ROOM, tag="chat", summary="Set up a room", errors=_WRITES)
    async def set_up(self, call: Call, room_id: str, body: RoomChangesBody) -> SetRoomBody:
        return SetRoomBody.of(await self._chat.steering.set_slow(await self._guest(call, room_id), body.slow_seconds))

    @put(f"{ROOM}/pinned", tag="chat", summary="Keep a message on top", errors=_WRITES)
    async def pin(self, call: Call, room_id: str, body: PinnedBody) -> SetRoomBody:
        return SetRoomBody.of(await self._chat.steering.pin(await self._guest(call, room_id), body.message))

    @post(f"{ROOM}/announcements", tag="chat", status=201, summary="Say it so that nobody misses it", errors=_WRITES)
    async def announce(self, call: Call, room_id: str, body: WordsBody) -> MessageBody:
        guest, then = await self._guest(call, room_id), call.remember(MessageBody.of)
        return MessageBody.of(await self._chat.steering.announce(guest, body.text, then))

    @post(f"{ROOM}/polls", tag="chat", status=201, summary="Open a poll", errors=_WRITES)
    async def ask(self, call: Call, room_id: str, body: NewPollBody) -> MessageBody:
        """The one before is closed by it."""
        guest, then = await self._guest(call, room_id), call.remember(MessageBody.of)
        return MessageBody.of(await self._chat.steering.ask(guest, body.question, body.options, body.seconds, then))

    @delete(f"{ROOM}/poll", tag="chat", summary="Close the poll", errors=_WRITES)
    async def close_poll(self, call: Call, room_id: str) -> SetRoomBody:
        return SetRoomBody.of(await self._chat.steering.close_poll(await self._guest(call, room_id)))

    @get(
        f"{ROOM}/log",
        tag="chat",
        summary="What was done in a room, and by whom",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def log(self, call: Call, room_id: str, query: ListQuery) -> LogBody:
        own = self._chat.moderation
        page = await self._chat.messages.log(await self._guest(call, room_id), query.cursor, query.limit)
        names = await own.people.names_in(page.items)
        return LogBody.of(page, lambda one: EntryBody.of(one, names, can_undo=own.undoing.can(one)))

    async def _guest(self, call: Call, room_id: str) -> Guest:
        return await arrive(self._chat, call, room_id)
