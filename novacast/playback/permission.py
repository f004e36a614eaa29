"""Whether a viewer may watch a thing at this moment, asked of the slices that know."""

from collections.abc import Sequence

from novacast.database import Transaction
from novacast.errors import NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import ANONYMOUS, SYSTEM, Principal
from novacast.playback.models import Viewer
from novacast.playback.ports import MediaSource, Passes, Playable, Viewers


class Permission:
    def __init__(self, sources: Sequence[MediaSource], passes: Passes, viewers: Viewers) -> None:
        self._sources, self._passes, self._viewers = tuple(sources), passes, viewers

    async def locate(self, principal: Principal, media_id: str) -> Playable:
        """The thing, for eyes that may see it, or that have a ticket for it. Raises NotFound, or Unauthenticated if
        signing in would help."""
        try:
            return await self._shown(principal, media_id)
        except (NotFound, Unauthenticated):
            # A ticket of one house opens nothing of another's, whatever its organizer wrote there.
            if houses := await self._passes.opens(principal, media_id):
                found = await self._shown(SYSTEM, media_id)
                if found.org_id in houses:
                    return found
            raise

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int:
        """How many at once may watch it in this name: `plain`, or what tickets allow; whichever is more for those who
        would be let in without one."""
        allowed = await self._passes.devices(principal, media_id, plain)
        if allowed is None:
            return plain
        try:
            await self._shown(principal, media_id)
        except (NotFound, Unauthenticated):
            return allowed
        return max(plain, allowed)

    async def _shown(self, principal: Principal, media_id: str) -> Playable:
        for source in self._sources:
            try:
                return await source.locate(principal, media_id)
            except NotFound:
                continue
        raise NotFound(text("There is nothing to watch at this address, or not for you."))

    def begun(self, tx: Transaction, viewer: Viewer, media_id: str) -> None:
        if viewer.person_id is not None:
            self._passes.begun(tx, viewer.person_id, media_id)

    async def recheck(self, viewer: Viewer, media_id: str) -> Playable:
        """The same for a viewer who was let in earlier, with the roles of now."""
        principal = await self.principal(viewer)
        if principal is None:
            raise NotFound(text("Whoever opened this is logged out."))
        return await self.locate(principal, media_id)

    async def principal(self, viewer: Viewer) -> Principal | None:
        """With the roles of now; None once they are logged out."""
        return ANONYMOUS if viewer.session_id is None else await self._viewers.principal_of(viewer.session_id)
