"""Who may watch a programme by WebRTC, and the way to the server that lets them."""

from novacast.database import Database
from novacast.errors import Forbidden, NotFound, NotYet, Unauthenticated, Unavailable
from novacast.i18n import text
from novacast.identity import Principal
from novacast.live.models import Programme, ProgrammeState, is_staff, may_monitor
from novacast.live.programmes import store
from novacast.live.programmes.service import seen
from novacast.live.whep.server import Session, WhepServer, Wish


class Monitoring:
    """`server` is there while the station runs, unless WHEP is switched off."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.server: WhepServer | None = None

    async def monitored(self, principal: Principal, programme_id: str) -> Programme:
        """Raises NotFound, Unauthenticated where logging in would help, Forbidden for who may watch it otherwise."""
        found = await self._db.one(store.by_id(programme_id))
        programme = seen(principal, found)
        if may_monitor(principal, programme):
            return programme
        if not principal.signed_in:
            raise Unauthenticated(text("Log in as a member of the organization to watch this programme by WebRTC."))
        raise Forbidden(text("Only members of the organization watch this programme by WebRTC. Use its page."))

    async def watch(
        self, principal: Principal, programme_id: str, offer: str, *, address: str, software: str, take_over: bool
    ) -> Session:
        """Raises what `monitored` and `WhepServer.watch` do."""
        programme = await self.monitored(principal, programme_id)
        if programme.state is ProgrammeState.ENDED:
            raise NotFound(text("This programme is over."))
        if not programme.airing:
            raise NotYet(text("Nothing of this programme is on air yet. Ask again in a moment."))
        staff = is_staff(principal, programme)
        return await self.opened().watch(Wish(principal, programme_id, offer, staff, address, software, take_over))

    async def permits(self, principal: Principal | None, programme_id: str) -> bool:
        """Whether someone who was let in may go on."""
        programme = await self._db.one(store.by_id(programme_id))
        return principal is not None and programme is not None and may_monitor(principal, programme)

    def opened(self) -> WhepServer:
        """Raises Unavailable."""
        if self.server is None:
            raise Unavailable(text("Nobody can watch by WebRTC here now."))
        return self.server
