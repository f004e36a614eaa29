"""What a programme is made of, as people set it and as the player asks for it."""

from collections.abc import Sequence

from novacast.database import Database, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.live import store as live
from novacast.live.facts import tell_makers
from novacast.live.models import FeedRole, ProgrammeState
from novacast.live.playout import store
from novacast.live.playout.models import MOST_VIDEOS, Due, Playout
from novacast.live.playout.ports import Films
from novacast.live.programmes import store as programmes
from novacast.live.programmes.service import produced

SAID = 64
"""Letters of an id, which is no longer anywhere, that are told back to whoever named it."""


class Playouts:
    """Fits `ports.PlayoutRows` as well."""

    def __init__(self, db: Database, films: Films) -> None:
        self._db, self._films = db, films

    async def show(self, principal: Principal, programme_id: str) -> Playout:
        """For those who produce. Raises NotFound, Forbidden."""
        found = await self.of(principal, programme_id)
        if found is None:
            raise NotFound(text("No video is to be put on air in this programme."))
        return found

    async def of(self, principal: Principal, programme_id: str) -> Playout | None:
        """Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            programme = await view.one(programmes.by_id(programme_id))
            produced(principal, programme)
            return await view.one(store.by_programme(programme_id))

    async def put(
        self, principal: Principal, programme_id: str, videos: Sequence[str], *, loop: bool, role: FeedRole
    ) -> Playout:
        """In place of what was set before. Only videos of the same organization. Raises NotFound, Forbidden,
        InvalidInput, Conflict once it is on air by it, or over."""
        programme = await self._db.one(programmes.by_id(programme_id))
        org_id = produced(principal, programme).org_id
        if not 0 < len(videos) <= MOST_VIDEOS:
            message = text("Name one to {most} videos.", most=MOST_VIDEOS)
            raise InvalidInput.field("videos", message, "out_of_range")
        for video_id in dict.fromkeys(videos):
            if await self._films.film(org_id, video_id) is None:
                message = text("The organization has no video {video} that is ready.", video=video_id[:SAID])
                raise InvalidInput.field("videos", message, "not_found")
        made = Playout(programme_id, org_id, tuple(videos), loop, role, None, None)

        def unit(tx: Transaction) -> Playout:
            now = produced(principal, tx.one(programmes.by_id(programme_id)))
            before = tx.one(store.by_programme(programme_id))
            if now.state is ProgrammeState.ENDED:
                raise Conflict(text("This programme is over."))
            if before is not None and before.began_at is not None and before.finished_at is None:
                raise Conflict(text("A video is on air in this programme. Take it off first."))
            store.put(tx, made)
            detail = f"{role} {len(videos)} videos{' round and round' if loop else ''}"
            live.log(tx, "playout.set", now, person_id=principal.person_id, detail=detail)
            tell_makers(tx, "playout.changed", now)
            return made

        return await self._db.write(unit)

    async def remove(self, principal: Principal, programme_id: str) -> None:
        """What is on air by it is taken off; the programme goes on. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            now = produced(principal, tx.one(programmes.by_id(programme_id)))
            if not store.remove(tx, programme_id):
                raise NotFound(text("No video is to be put on air in this programme."))
            live.log(tx, "playout.removed", now, person_id=principal.person_id)
            tell_makers(tx, "playout.changed", now)

        await self._db.write(unit)

    async def due(self) -> Sequence[Due]:
        return await self._db.all(store.due(self._db.clock.now()))

    async def began(self, programme_id: str) -> int:
        def unit(tx: Transaction) -> int:
            store.begin(tx, programme_id)
            found = tx.one(store.by_programme(programme_id))
            if found is None or found.began_at is None:
                raise NotFound(text("No video is to be put on air in this programme."))
            return found.began_at

        return await self._db.write(unit)

    async def finished(self, playout: Playout) -> None:
        def unit(tx: Transaction) -> None:
            programme = tx.one(programmes.by_id(playout.programme_id))
            if not store.finish(tx, playout.programme_id) or programme is None:
                return
            tell_makers(tx, "playout.changed", programme)
            if playout.role is FeedRole.MAIN and programme.airing and not programme.wanted_end:
                programmes.change(tx, programme.id, {"wanted_end": True})
                tell_makers(tx, "programme.end_wanted", programme)

        await self._db.write(unit)
