"""Quiet lines about the programme itself, which nobody wrote: it is interrupted, goes on, is over."""

from collections.abc import Mapping, Sequence

from novacast.chat import store
from novacast.chat.entrance import Entrance
from novacast.chat.mediatime import MediaTime
from novacast.chat.messages import Messages
from novacast.chat.models import Draft, Guest, Kind, Notice
from novacast.chat.notices.store import Told, told
from novacast.clock import HOUR, Clock
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import Languages, text
from novacast.identity import SYSTEM
from novacast.outbox import Event

MOST_AN_HOUR = 30
"""Drops that a room is told of. An encoder that comes and goes all the time does not push away what people say."""

_NOTICES: Mapping[str, Notice] = {
    "programme.interrupted": Notice.INTERRUPTED,
    "programme.resumed": Notice.RESUMED,
    "programme.ended": Notice.ENDED,
}
_WORDS = {
    Notice.INTERRUPTED: text("The programme is interrupted."),
    Notice.RESUMED: text("The programme goes on."),
    Notice.ENDED: text("The programme is over."),
}


class Notices:
    """A durable subscriber of facts: what a crash interrupts is told again, and written once."""

    def __init__(
        self, db: Database, clock: Clock, entrance: Entrance, messages: Messages, time: MediaTime, languages: Languages
    ) -> None:
        self._db, self._clock, self._entrance = db, clock, entrance
        self._messages, self._time, self._languages = messages, time, languages

    async def hear(self, event: Event) -> None:
        notice = _NOTICES.get(event.topic)
        if notice is None:
            return
        try:
            house = await self._entrance.enter(SYSTEM, event.subject)
        except NotFound:
            return
        with self._languages.speaking(""):
            words = _WORDS[notice].translated()
        key = f"fact:{event.seq}"
        draft = Draft(words, at=self._at(house, notice, event), key=key, kind=Kind.ANNOUNCEMENT, notice=notice)
        nobody = Guest(SYSTEM, house.place, "", (), moderates=False)

        def unit(tx: Transaction) -> None:
            room = store.opened(tx, house.place.media_id, house.place.org_id)
            if _due(tx.all(told(room.id, 2 * MOST_AN_HOUR)), notice, key, tx.now):
                self._messages.say(tx, nobody, room, draft, {}, None)

        await self._db.write(unit)

    def _at(self, house: Guest, notice: Notice, event: Event) -> int | None:
        """When it happened, in the programme's own time, so that a replay says why the slate is there. Its end is in no
        replay: there the recording ends as well, and whoever goes on from its last picture should not be told so."""
        now = None if notice is Notice.ENDED else self._time.of(house.place, None)
        return None if now is None else max(0, now - max(0, self._clock.now() - event.at))


def _due(before: Sequence[Told], notice: Notice, key: str, now: int) -> bool:
    """Whether it is new, and something else than was said last; `before`: latest first."""
    last = before[0].notice if before else Notice.RESUMED
    if last is notice or any(one.key == key for one in before):
        return False
    lately = sum(one.notice is Notice.INTERRUPTED and one.sent_at > now - HOUR for one in before)
    return notice is not Notice.INTERRUPTED or lately < MOST_AN_HOUR
