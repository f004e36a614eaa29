"""Programmes as people use them: find, look at, plan, change, remove."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast.clock import SECOND
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.live import store as live
from novacast.live.channels import store as channels
from novacast.live.channels.service import seen as seen_channel
from novacast.live.facts import tell
from novacast.live.models import Channel, Marker, Programme, ProgrammeState, Wanted, may_produce, may_see
from novacast.live.programmes import store
from novacast.live.programmes.models import (
    MOST_PLANNED,
    Changes,
    check_deletable,
    check_editable,
    check_hours,
    findable,
)
from novacast.records import dataclass
from novacast.visibility import INVITING, Visibility

COUNTED = 15 * SECOND
"""How old the number of viewers may be that is told."""
LINKABLE = 50
"""Programmes that a form of tickets proposes."""


@dataclass(frozen=True, slots=True)
class Detail:
    programme: Programme
    channel: Channel
    markers: Sequence[Marker]
    """For those who set them, and for those who produce."""
    produces: bool
    marks: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A channel as viewers come to it."""

    channel: Channel
    now: Programme | None
    """On air or interrupted."""
    next: Sequence[Programme]
    past: Sequence[Programme]
    """What was on air, the last first; whether it was recorded is another question."""


@dataclass(frozen=True, slots=True)
class Now:
    """What changes of a programme while people watch its page."""

    state: ProgrammeState
    viewers: int | None
    """None: not on air, or not counted at this moment."""


@dataclass(frozen=True, slots=True)
class Programming:
    """Of the whole house, as far as it is meant to be found."""

    now: Sequence[Programme]
    next: Sequence[Programme]
    posters: Mapping[str, Channel]
    """Channels of those by their ids, whose picture stands in for a missing one."""


class Programmes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_channel(
        self,
        principal: Principal,
        channel_id: str,
        state: ProgrammeState | None = None,
        *,
        cursor: str | None = None,
        limit: int = 24,
    ) -> Page[Programme]:
        """By their hour, latest first: all for those who produce, else what is meant to be found. Raises NotFound,
        Unauthenticated."""
        found = await self._db.one(channels.by_id(channel_id))
        channel = seen_channel(principal, found)
        start = keyset(cursor, int, str) or channels.START
        shown = findable(principal, channel)
        rows = await self._db.all(store.listed(channel_id, shown, state, start, limit + 1))
        page = Page.of(rows, limit, lambda row: (row[0], row[1].id))
        return Page([one for _, one in page.items], page.next)

    async def schedule(self, principal: Principal, channel_id: str, *, coming: int, gone: int) -> Schedule:
        """What is on, and at most so many that come and that were, for these eyes. Raises NotFound, Unauthenticated."""
        async with self._db.snapshot() as view:
            found = await view.one(channels.by_id(channel_id))
            channel = seen_channel(principal, found)
            shown = findable(principal, channel)
            now = await view.one(store.on_channel(channel_id))
            next_ = await view.all(store.planned(channel_id, shown, self._db.clock.now(), coming))
            past = await view.all(store.past(channel_id, shown, gone))
        return Schedule(channel, now if now is not None and now.visibility in shown else None, next_, past)

    async def programming(self, principal: Principal, *, now: int, coming: int) -> Programming:
        """At most so many of each."""
        me, orgs = principal.signed_in, sorted(principal.roles)
        async with self._db.snapshot() as view:
            on = await view.all(store.on_now(me, orgs, now))
            next_ = await view.all(store.coming(me, orgs, self._db.clock.now(), coming))
            ids = {one.channel_id for one in (*on, *next_)}
            found = [channel for id_ in sorted(ids) for channel in await view.all(channels.by_id(id_))]
        return Programming(on, next_, {one.id: one for one in found})

    async def linkable(self, principal: Principal, org_id: str) -> Sequence[tuple[str, str]]:
        """Id and title of an organization's programmes that are not over, and of the last that were: those that tickets
        may be sold for. The next come first. Nothing for those who are no members."""
        if not principal.allows(Action.ORG_VIEW, org_id):
            return ()
        found = await self._db.all(store.linkable(org_id, LINKABLE))
        return [(one.id, one.title) for one in found]

    async def may_look(self, principal: Principal, programme_id: str) -> bool:
        found = await self._db.one(store.by_id(programme_id))
        return found is not None and may_see(principal, found)

    async def now(self, principal: Principal, programme_id: str) -> Now:
        """Raises NotFound, Unauthenticated."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(programme_id))
            programme = seen(principal, found)
            measured = await view.all(live.health(programme_id)) if programme.airing else ()
        fresh = [one for one in measured if self._db.clock.now() - one.at < COUNTED]
        viewers = fresh[0].numbers.get("viewers") if fresh else None
        return Now(programme.state, viewers if isinstance(viewers, int) else None)

    async def show(self, principal: Principal, programme_id: str) -> Detail:
        """Raises NotFound, or Unauthenticated where logging in would help."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(programme_id))
            programme = seen(principal, found)
            channel = await view.one(channels.by_id(programme.channel_id))
            markers = await view.all(store.markers(programme_id))
        assert channel is not None, "a programme's row goes with its channel's"
        produces, marks = may_produce(principal, programme.org_id), may_mark(principal, programme.org_id)
        return Detail(programme, channel, markers if produces or marks else (), produces, marks)

    async def worked_on(self, principal: Principal, programme_id: str) -> Detail:
        """As `show`, for those who produce or mark it. Raises Forbidden for the others."""
        detail = await self.show(principal, programme_id)
        if not (detail.produces or detail.marks):
            raise Forbidden(_WATCH_ONLY)
        return detail

    async def create(
        self, principal: Principal, channel_id: str, changes: Changes, then: Then[Programme] | None = None
    ) -> Programme:
        """Planned for its start; without one it stands by, and the next encoder of the channel puts it on air.

        Raises InvalidInput, NotFound, Forbidden, Conflict.
        """
        columns = dict(replace(changes, title=changes.title or "").checked())

        def unit(tx: Transaction) -> Programme:
            channel = seen_channel(principal, tx.one(channels.by_id(channel_id)))
            if not may_produce(principal, channel.org_id):
                raise Forbidden(text("You may see this channel, but not produce on it."))
            check_hours(columns, None, tx.now)
            made = replace(_plain(channel, principal.person_id, tx.now), **columns)
            if made.planned_start is None:
                made = replace(made, state=ProgrammeState.STANDBY)
                check_free(tx, channel_id)
            elif (tx.one(store.planned_count(channel_id)) or 0) >= MOST_PLANNED:
                raise Conflict(
                    text("The channel has {most} programmes planned already. Remove one first.", most=MOST_PLANNED)
                )
            store.add(tx, made)
            live.log(tx, "programme.created", made, person_id=principal.person_id, detail=made.title)
            tell(tx, "programme.created", made)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, programme_id: str, changes: Changes) -> Programme:
        """Raises InvalidInput, NotFound, Forbidden, Conflict. Who may watch is asked again of every viewer."""
        columns = changes.checked()

        def unit(tx: Transaction) -> Programme:
            before = produced(principal, tx.one(store.by_id(programme_id)))
            check_editable(before, columns)
            check_hours(columns, before, tx.now)
            if columns:
                store.change(tx, programme_id, columns)
                after = replace(before, **columns)
                # Who could see it until now is told as well that it is another.
                seen_by = before if before.visibility is Visibility.PUBLIC else after
                tell(tx, "programme.changed", replace(after, visibility=seen_by.visibility))
                if after.visibility is not before.visibility:
                    detail = f"visibility {after.visibility}"
                    live.log(tx, "programme.changed", after, person_id=principal.person_id, detail=detail)
            return tx.one(store.by_id(programme_id)) or before

        return await self._db.write(unit)

    async def delete(self, principal: Principal, programme_id: str) -> None:
        """What was recorded of it is a video and stays. Raises NotFound, Forbidden, Conflict while it is on air."""

        def unit(tx: Transaction) -> None:
            programme = produced(principal, tx.one(store.by_id(programme_id)))
            check_deletable(programme, fed=bool(tx.all(live.fed(programme_id))))
            live.log(tx, "programme.deleted", programme, person_id=principal.person_id, detail=programme.title)
            store.remove(tx, programme_id)
            tell(tx, "programme.deleted", programme)

        await self._db.write(unit)


def may_mark(principal: Principal, org_id: str) -> bool:
    return principal.allows(Action.LIVE_MARK, org_id)


def seen(principal: Principal, programme: Programme | None) -> Programme:
    """The programme, if it exists for this principal. Raises NotFound, or Unauthenticated where logging in would
    help."""
    if programme is not None and may_see(principal, programme):
        return programme
    if programme is not None and not principal.signed_in and programme.visibility in INVITING:
        raise Unauthenticated(text("Log in to watch this programme."))
    raise NotFound(text("There is no such programme, or it is not for you to see."))


def produced(principal: Principal, found: Programme | None) -> Programme:
    """The same for whoever wants to steer or change it. Raises Forbidden as well."""
    programme = seen(principal, found)
    if not may_produce(principal, programme.org_id):
        raise Forbidden(_WATCH_ONLY)
    return programme


def check_free(tx: Transaction, channel_id: str) -> None:
    """Raises Conflict where another programme of the channel stands by already."""
    if (other := tx.one(store.standing_by(channel_id))) is not None:
        raise Conflict(
            text("“{title}” is on standby on this channel already. End or remove it first.", title=other.title)
        )


def _plain(channel: Channel, owner_id: str | None, now: int) -> Programme:
    values: dict[str, Any] = dict.fromkeys(
        ("planned_start", "planned_end", "started_at", "interrupted_at", "ended_at", "poster")
    )
    return Programme(
        id=new_id(),
        channel_id=channel.id,
        org_id=channel.org_id,
        owner_id=owner_id,
        title="",
        description="",
        language="",
        visibility=channel.visibility,
        state=ProgrammeState.PLANNED,
        wanted=Wanted.AUTO,
        wanted_end=False,
        peak_viewers=0,
        created_at=now,
        updated_at=now,
        **values,
    )


_WATCH_ONLY = text("You may watch this programme, but not work on it.")
