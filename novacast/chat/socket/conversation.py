"""What one client does in a room, one thing after the other, and what it is answered."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from novacast.chat import shapes
from novacast.chat.models import Guest, Message, Room
from novacast.chat.moderation.socket import bodies as moderation
from novacast.chat.moderation.socket.actions import DONE as MODERATED
from novacast.chat.rooms.member import RESTARTING, RESUME, Member, Renew
from novacast.chat.rooms.ports import Wire
from novacast.chat.services import ChatServices
from novacast.chat.socket import bodies
from novacast.errors import NovaCastError, RateLimited
from novacast.i18n import Languages, text, translated
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

MOST_WAITING = 16
"""Actions of one client that wait for the one before; then no more are read."""
FEW_WAITING = 4

ACTIONS = {**bodies.ACTIONS, **moderation.ACTIONS}
"""All that a client can send."""
_INTERNAL = text("Something went wrong here. It has been noted.")


class Paused(Wire, Protocol):
    """A wire that is read from."""

    def hold(self) -> None: ...

    def go_on(self) -> None: ...


class Presence:
    """One connection in its room, from joining to its end. Fits the web kit's `Listener`."""

    __slots__ = ("_chat", "_heard", "_place", "_tasks", "member")

    def __init__(
        self,
        chat: ChatServices,
        tasks: TaskGroup,
        guest: Guest,
        wire: Wire,
        renew: Renew | None,
        place: str,
        heard: int,
    ) -> None:
        """`place`: what was taken of the seats; `heard`: the doorkeeper's count when `guest` was asked for."""
        self._chat, self._tasks, self._place, self._heard = chat, tasks, place, heard
        self.member = Member(guest, wire, renew)

    def begin(self, after: int | None) -> asyncio.Task[None]:
        return self._tasks.start(self._join(after), "join")

    def received(self, received: str, /) -> None:
        """Who only reads sends nothing."""

    def behind(self) -> None:
        self.member.wire.close(RESUME, "too slow; come back")

    def closed(self) -> None:
        self._chat.lobby.leave(self.member)
        self._chat.seats.leave(self._place)

    async def _join(self, after: int | None) -> None:
        chat, member = self._chat, self.member
        try:
            await chat.lobby.join(member, after)
        except NovaCastError as error:
            log.warning("room %s could not be joined: %s", member.room_id, error.message)
            member.wire.close(RESTARTING, "come back")
            return
        chat.doorkeeper.expect(member)
        if chat.doorkeeper.heard != self._heard:
            chat.doorkeeper.ask([member])


class Conversation(Presence):
    """The same for those who write too."""

    __slots__ = ("_inbox", "_joining", "_language", "_languages", "_reads", "_working")

    def __init__(
        self,
        chat: ChatServices,
        tasks: TaskGroup,
        guest: Guest,
        wire: Paused,
        renew: Renew | None,
        place: str,
        heard: int,
        languages: Languages,
        language: str,
    ) -> None:
        super().__init__(chat, tasks, guest, wire, renew, place, heard)
        self._languages, self._language, self._reads = languages, language, wire
        self._inbox: deque[str] = deque()
        self._working = False
        self._joining: asyncio.Task[None] | None = None

    def begin(self, after: int | None) -> asyncio.Task[None]:
        self._joining = super().begin(after)
        return self._joining

    def received(self, received: str, /) -> None:
        self._inbox.append(received)
        if len(self._inbox) >= MOST_WAITING:
            self._reads.hold()
        if not self._working:
            self._working = True
            self._tasks.start(self._work(), "actions")

    async def _work(self) -> None:
        try:
            if self._joining is not None:
                await asyncio.shield(self._joining)
                self._joining = None
            with self._languages.speaking(self._language):
                while self._inbox and not self.member.gone:
                    await self._answer(self._inbox.popleft())
                    if len(self._inbox) <= FEW_WAITING:
                        self._reads.go_on()
        finally:
            self._working = False

    async def _answer(self, received: str) -> None:
        try:
            action = bodies.read(received, ACTIONS)
            result = await self._do(action)
        except NovaCastError as error:
            self._refuse(received, error)
        except Exception:
            log.exception("an action in room %s failed", self.member.room_id)
            self._tell_refusal(received, code="internal", message=translated(_INTERNAL))
        else:
            self.member.tell("done", **({} if action.ref is None else {"ref": action.ref}), **result)

    async def _do(self, action: bodies.Action) -> "Result":
        guest = self.member.guest
        if (moderating := MODERATED.get(type(action))) is not None:
            return await moderating(self._chat.moderation, guest, action)
        return await _DONE[type(action)](self._chat, guest, action)

    def _refuse(self, received: str, error: NovaCastError) -> None:
        more: dict[str, Any] = {}
        if isinstance(error, RateLimited):
            more["retry_after"] = math.ceil(error.retry_after * 1000) / 1000
        if error.errors:
            more["errors"] = [
                {"field": one.field, "code": one.code, "message": translated(one.message)} for one in error.errors[:10]
            ]
        self._tell_refusal(received, code=error.code, message=translated(error.message), **more)

    def _tell_refusal(self, received: str, **value: Any) -> None:
        ref = bodies.ref_of(received)
        self.member.tell("refused", **({} if ref is None else {"ref": ref}), **value)


Result = dict[str, Any]
Doing = Callable[[ChatServices, Guest, Any], Awaitable[Result]]


def _said(one: Message | None) -> Result:
    return {} if one is None else {"message": shapes.message(one)}


def _set(one: Room) -> Result:
    return {"seq": one.seq}


async def _send(chat: ChatServices, guest: Guest, action: bodies.Send) -> Result:
    return _said(await chat.commands.say(guest, action.draft()))


async def _edit(chat: ChatServices, guest: Guest, action: bodies.Edit) -> Result:
    return _said(await chat.messages.edit(guest, action.message, action.text))


async def _delete(chat: ChatServices, guest: Guest, action: bodies.Delete) -> Result:
    return _said(await chat.messages.delete(guest, action.message))


async def _react(chat: ChatServices, guest: Guest, action: bodies.React) -> Result:
    return _said(await chat.messages.react(guest, action.message, action.reaction, on=action.on))


async def _vote(chat: ChatServices, guest: Guest, action: bodies.Vote) -> Result:
    return _said(await chat.steering.vote(guest, action.message, action.choice))


async def _announce(chat: ChatServices, guest: Guest, action: bodies.Announce) -> Result:
    return _said(await chat.steering.announce(guest, action.text))


async def _pin(chat: ChatServices, guest: Guest, action: bodies.Pin) -> Result:
    return _set(await chat.steering.pin(guest, action.message))


async def _slow(chat: ChatServices, guest: Guest, action: bodies.Slow) -> Result:
    return _set(await chat.steering.set_slow(guest, action.seconds))


async def _ask(chat: ChatServices, guest: Guest, action: bodies.Ask) -> Result:
    return _said(await chat.steering.ask(guest, action.question, action.options, action.seconds))


async def _close_poll(chat: ChatServices, guest: Guest, action: bodies.ClosePoll) -> Result:
    return _set(await chat.steering.close_poll(guest))


async def _ping(chat: ChatServices, guest: Guest, action: bodies.Ping) -> Result:
    return {}


_DONE: dict[type[bodies.Action], Doing] = {
    bodies.Send: _send,
    bodies.Edit: _edit,
    bodies.Delete: _delete,
    bodies.React: _react,
    bodies.Vote: _vote,
    bodies.Announce: _announce,
    bodies.Pin: _pin,
    bodies.Slow: _slow,
    bodies.Ask: _ask,
    bodies.ClosePoll: _close_poll,
    bodies.Ping: _ping,
}
