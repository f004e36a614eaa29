"""Use cases of playback: give a grant, open it, see and end one's sessions."""

from novacast import i18n
from novacast.clock import HOUR, MINUTE, Clock
from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import NotFound
from novacast.identity import Principal, new_id, person_of
from novacast.limits import Rate, RateLimiter, network
from novacast.playback import store
from novacast.playback.audience import Audience
from novacast.playback.models import EndReason, Grant, Stream, Viewer, Viewing, make_room
from novacast.playback.permission import Permission
from novacast.playback.ports import Playable
from novacast.playback.tokens import ViewingTokens, fresh
from novacast.records import dataclass
from novacast.settings import Playback as PlaybackSettings

_LOG_IN = i18n.text("Log in to see what you watch.")

OPEN = "/media/open"
GRANTS = Rate("playback.grants", burst=120, period=60)
"""Addresses one person may ask for, or one network address without a person (a school has one for all)."""
STRANGERS = Rate("playback.grants.anonymous", burst=600, period=60)


@dataclass(frozen=True, slots=True)
class Opened:
    token: str
    media_id: str


class Playback:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: PlaybackSettings,
        permission: Permission,
        tokens: ViewingTokens,
        audience: Audience,
        limiter: RateLimiter,
    ) -> None:
        self._db, self._clock, self._settings = db, clock, settings
        self._permission, self._tokens, self._audience, self._limiter = permission, tokens, audience, limiter

    async def stream(
        self, principal: Principal, media_id: str, *, address: str, take_over: bool = False, session: str | None = None
    ) -> Stream:
        """A fresh grant for a thing that `principal` may watch, as an address. `session`: what this device had of it;
        where that is still good the grant leads back to it, for a page that is loaded anew is no further device.

        Raises NotFound, Unauthenticated if signing in would help, Conflict when too many devices watch it already
        (checked again when the address is opened), RateLimited.
        """
        playable, grant = await self._granted(principal, media_id, address, take_over, session)
        return self._described(playable, grant, f"{OPEN}/{self._tokens.sign(grant)}")

    async def begin(
        self, principal: Principal, media_id: str, *, address: str, device: str, take_over: bool = False
    ) -> Opened:
        """A session at once, without an address to open: of who is sent to, and fetches nothing. Raises as `stream`."""
        playable, grant = await self._granted(principal, media_id, address, take_over, None)
        devices = await self._devices(principal, media_id)
        await self._db.write(lambda tx: self._begin(tx, grant, playable, device, devices))
        return Opened(self._tokens.token(grant.id), grant.media_id)

    async def _devices(self, principal: Principal | None, media_id: str) -> int:
        """How many of one person may watch it at once."""
        most = self._settings.devices
        return most if principal is None else await self._permission.devices(principal, media_id, most)

    async def _granted(
        self, principal: Principal, media_id: str, address: str, take_over: bool, session: str | None
    ) -> tuple[Playable, Grant]:
        self._count(principal, address)
        playable = await self._permission.locate(principal, media_id)
        now = self._clock.now()
        viewer, known = Viewer.of(principal), None
        if viewer.person_id is not None:
            active = await self._db.all(store.active_on(viewer.person_id, media_id, now))
            known = next((one.id for one in active if one.id == session and one.viewer == viewer), None)
            if known is None:
                make_room(active, await self._devices(principal, media_id), now, take_over=take_over)
        until = now + self._settings.grant_minutes * MINUTE
        return playable, Grant(known or new_id(), playable.media_id, viewer, until, take_over)

    async def open(self, text: str, device: str) -> Opened:
        """The session that a grant stands for, begun now if it is the first time. `device` is a name for people.

        Raises Unauthenticated (not made here), Gone (too old, or the session is over), NotFound, Conflict (devices).
        """
        grant = self._tokens.grant(text)
        opened = Opened(self._tokens.token(grant.id), grant.media_id)
        known = await self._db.one(store.viewing(grant.id))
        if known is not None:
            known.check(self._clock.now())
            return opened
        fresh(grant, self._clock.now())
        playable = await self._permission.recheck(grant.viewer, grant.media_id)
        devices = await self._devices(await self._permission.principal(grant.viewer), grant.media_id)
        await self._db.write(lambda tx: self._begin(tx, grant, playable, device, devices))
        return opened

    async def sessions(self, principal: Principal, cursor: str | None, limit: int) -> Page[Viewing]:
        """What the person watches, on which devices; newest first."""
        after = keyset(cursor, int, str)
        rows = await self._db.all(store.active_of(person_of(principal, _LOG_IN), self._clock.now(), limit + 1, after))
        return Page.of(rows, limit, lambda one: (one.started_at, one.id))

    async def end(self, principal: Principal, session_id: str) -> None:
        """End one of the person's own sessions; its next segment is refused. Raises NotFound."""
        person_id = person_of(principal, _LOG_IN)

        def unit(tx: Transaction) -> None:
            viewing = tx.one(store.viewing(session_id))
            if viewing is None or viewing.viewer.person_id != person_id:
                raise NotFound(i18n.text("You have no such viewing session."))
            self._end(tx, viewing, EndReason.ENDED)

        await self._db.write(unit)

    async def viewer(self, token: str) -> Viewer | None:
        """Whose session it is; None once it is over."""
        viewing = await self._db.one(store.viewing(self._tokens.session(token)))
        return None if viewing is None or viewing.ended_at is not None else viewing.viewer

    async def leave(self, token: str) -> None:
        """The viewer of a session went. Repeatable. Raises NotFound for what is no token."""
        id_ = self._tokens.session(token)

        def unit(tx: Transaction) -> None:
            if (viewing := tx.one(store.viewing(id_))) is not None:
                self._end(tx, viewing, EndReason.ENDED)

        await self._db.write(unit)

    def _begin(self, tx: Transaction, grant: Grant, playable: Playable, device: str, devices: int) -> None:
        if tx.one(store.viewing(grant.id)) is not None:
            return  # a player asked twice at the same moment
        if grant.viewer.person_id is not None:
            active = tx.all(store.active_on(grant.viewer.person_id, grant.media_id, tx.now))
            for leaving in make_room(active, devices, tx.now, take_over=grant.take_over):
                self._end(tx, leaving, EndReason.TAKEN_OVER)
        viewing = Viewing(
            id=grant.id,
            media_id=grant.media_id,
            org_id=playable.org_id,
            title=playable.title,
            viewer=grant.viewer,
            device=device,
            started_at=tx.now,
            seen_at=tx.now,
            expires_at=tx.now + round(self._settings.session_hours * HOUR),
        )
        store.add(tx, viewing)
        self._permission.begun(tx, grant.viewer, grant.media_id)

    def _end(self, tx: Transaction, viewing: Viewing, reason: EndReason) -> None:
        if store.end(tx, viewing.id, reason):
            tx.after_commit(lambda: self._audience.doubt((viewing.id,)))

    def _count(self, principal: Principal, address: str) -> None:
        if principal.person_id is not None:
            self._limiter.check(GRANTS, principal.person_id)
        else:
            self._limiter.check(STRANGERS, network(address))

    @staticmethod
    def _described(playable: Playable, grant: Grant, base: str) -> Stream:
        return Stream(
            media_id=playable.media_id,
            session=grant.id,
            kind=playable.kind,
            org_id=playable.org_id,
            title=playable.title,
            url=f"{base}/{playable.master}",
            expires_at=grant.until,
            poster=f"{base}/{playable.poster}" if playable.poster else None,
            storyboard=f"{base}/{playable.storyboard}" if playable.storyboard else None,
            duration=playable.duration,
            part=playable.part,
            latency=playable.latency,
        )
