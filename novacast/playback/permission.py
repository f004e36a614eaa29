"""Whether a viewer may watch a thing at this moment, asked of the slices that know."""

from collections.abc import Sequence

from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import ANONYMOUS, Principal
from novacast.playback.models import Viewer
from novacast.playback.ports import MediaSource, Playable, Viewers


class Permission:
    def __init__(self, sources: Sequence[MediaSource], viewers: Viewers) -> None:
        self._sources, self._viewers = tuple(sources), viewers

    async def locate(self, principal: Principal, media_id: str) -> Playable:
        """The thing, for eyes that may see it. Raises NotFound, or Unauthenticated if signing in would help."""
        for source in self._sources:
            try:
                return await source.locate(principal, media_id)
            except NotFound:
                continue
        raise NotFound(text("There is nothing to watch at this address, or not for you."))

    async def recheck(self, viewer: Viewer, media_id: str) -> Playable:
        """The same for a viewer who was let in earlier, with the roles of now."""
        principal = await self.principal(viewer)
        if principal is None:
            raise NotFound(text("Whoever opened this is logged out."))
        return await self.locate(principal, media_id)

    async def principal(self, viewer: Viewer) -> Principal | None:
        """With the roles of now; None once they are logged out."""
        return ANONYMOUS if viewer.session_id is None else await self._viewers.principal_of(viewer.session_id)
