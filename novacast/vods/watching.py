"""How far people have watched, and what they may go on with."""

from collections.abc import Sequence

from novacast.database import Database, Transaction
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.vods import store
from novacast.vods.models import LONGEST_POSITION, Position, Watching, finished_at, may_watch
from novacast.vods.service import seen

_LOG_IN = text("Log in to go on later where you stopped.")


class Positions:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, principal: Principal, video_id: str, at: int) -> Position:
        """`at` in microseconds from the start; past the end is the end. Raises NotFound, Unauthenticated."""
        person_id = person_of(principal, _LOG_IN)
        if not 0 <= at <= LONGEST_POSITION:
            raise InvalidInput.field("seconds", text("The position must lie between 0 and 1000 hours."))

        def unit(tx: Transaction) -> Position:
            video = seen(principal, tx.one(store.by_id(video_id)))
            place = min(at, video.duration) if video.duration else at
            position = Position(video_id, place, finished_at(place, video.duration), tx.now)
            store.keep_position(tx, person_id, position)
            return position

        return await self._db.write(unit)

    async def unfinished(self, principal: Principal, limit: int = 12) -> Sequence[Watching]:
        """Begun, not finished, and still theirs to watch; the latest first."""
        rows = await self._db.all(store.watching(person_of(principal, _LOG_IN), 4 * limit))
        return [row for row in rows if may_watch(principal, row.video)][:limit]
