"""Channels as people use them: find, look at, make, set up, remove."""

from dataclasses import replace

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.live import store as live
from novacast.live.channels import store
from novacast.live.channels.models import MOST_CHANNELS, Setup
from novacast.live.keys.revoking import revoke_all
from novacast.live.models import Channel, PassThrough, may_produce, may_see
from novacast.live.programmes import store as programmes
from novacast.live.store import Entry
from novacast.records import dataclass
from novacast.visibility import INVITING, Visibility

HEIGHTS = (360, 720)
"""Of a channel that nobody set up otherwise."""
RETURN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Detail:
    channel: Channel
    manages: bool
    """Whether the asker may set it up."""
    produces: bool


class Channels:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Channel]:
        """An organization's channels for its members, newest first. Raises NotFound for strangers."""
        member(principal, org_id)
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.of_org(org_id, may_produce(principal, org_id), start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def show(self, principal: Principal, channel_id: str) -> Detail:
        """Raises NotFound, or Unauthenticated where logging in would help."""
        found = await self._db.one(store.by_id(channel_id))
        channel = seen(principal, found)
        return Detail(channel, may_manage(principal, channel.org_id), may_produce(principal, channel.org_id))

    async def produced(self, principal: Principal, channel_id: str) -> Detail:
        """As `show`, for those who produce on it. Raises Forbidden for the others."""
        detail = await self.show(principal, channel_id)
        if not detail.produces:
            raise Forbidden(text("You may see this channel, but not produce on it."))
        return detail

    async def create(
        self, principal: Principal, org_id: str, setup: Setup, then: Then[Channel] | None = None
    ) -> Channel:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""
        columns = replace(setup, name=setup.name or "").checked()
        member(principal, org_id)
        if not may_manage(principal, org_id):
            raise Forbidden(text("Your part in this organization lets you make no channels."))

        def unit(tx: Transaction) -> Channel:
            if (tx.one(store.count(org_id)) or 0) >= MOST_CHANNELS:
                raise Conflict(
                    text("The organization has {most} channels already. Remove one first.", most=MOST_CHANNELS)
                )
            made = replace(_plain(org_id, principal.person_id, tx.now), **columns)
            store.add(tx, made)
            live.log(tx, "channel.created", made, person_id=principal.person_id, detail=made.name)
            outbox.emit(tx, "channel.created", made.id, outbox.org(org_id))
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, channel_id: str, setup: Setup) -> Channel:
        """What is on air keeps to the settings that it began with. Raises InvalidInput, NotFound, Forbidden."""
        columns = setup.checked()

        def unit(tx: Transaction) -> Channel:
            before = managed(principal, tx.one(store.by_id(channel_id)))
            if columns:
                store.change(tx, channel_id, columns)
                live.log(
                    tx, "channel.changed", before, person_id=principal.person_id, detail=", ".join(sorted(columns))
                )
                outbox.emit(tx, "channel.changed", channel_id, outbox.org(before.org_id))
            return tx.one(store.by_id(channel_id)) or before

        return await self._db.write(unit)

    async def delete(self, principal: Principal, channel_id: str) -> None:
        """With its keys and programmes; recordings are videos and stay. Raises Conflict while it is on air."""

        def unit(tx: Transaction) -> None:
            channel = managed(principal, tx.one(store.by_id(channel_id)))
            if tx.one(programmes.on_channel(channel_id)) is not None:
                raise Conflict(text("This channel is on air. End the programme first."))
            live.log(tx, "channel.deleted", channel, person_id=principal.person_id, detail=channel.name)
            remove(tx, channel)

        await self._db.write(unit)

    async def log(self, principal: Principal, channel_id: str, cursor: str | None, limit: int) -> Page[Entry]:
        """What was done on the channel, for those who manage it; latest first. Raises NotFound, Forbidden."""
        found = await self._db.one(store.by_id(channel_id))
        managed(principal, found)
        (before,) = keyset(cursor, int) or (2**62,)
        rows = await self._db.all(live.logged(channel_id, before, limit + 1))
        return Page.of(rows, limit, lambda entry: (entry.n,))


def remove(tx: Transaction, channel: Channel) -> None:
    """The channel with all that is its own; the engine is told of every key."""
    revoke_all(tx, channel.id)
    store.remove(tx, channel.id)
    outbox.emit(tx, "channel.deleted", channel.id, outbox.org(channel.org_id))


def may_manage(principal: Principal, org_id: str) -> bool:
    return principal.allows(Action.LIVE_MANAGE, org_id)


def member(principal: Principal, org_id: str) -> None:
    """Raises NotFound for those who are not."""
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))


def seen(principal: Principal, channel: Channel | None) -> Channel:
    """The channel, if it exists for this principal. Raises NotFound, or Unauthenticated where logging in would help."""
    if channel is not None and may_see(principal, channel):
        return channel
    if channel is not None and not principal.signed_in and channel.visibility in INVITING:
        raise Unauthenticated(text("Log in to see this channel."))
    raise NotFound(text("There is no such channel, or it is not for you to see."))


def produced(principal: Principal, found: Channel | None) -> Channel:
    """As `seen`, for those who produce on it. Raises Forbidden for the others."""
    channel = seen(principal, found)
    if not may_produce(principal, channel.org_id):
        raise Forbidden(text("You may see this channel, but not produce on it."))
    return channel


def managed(principal: Principal, found: Channel | None) -> Channel:
    channel = seen(principal, found)
    if not may_manage(principal, channel.org_id):
        raise Forbidden(text("You may see this channel, but not set it up."))
    return channel


def _plain(org_id: str, owner_id: str | None, now: int) -> Channel:
    return Channel(
        id=new_id(),
        org_id=org_id,
        owner_id=owner_id,
        name="",
        description="",
        visibility=Visibility.PUBLIC,
        profile="low",
        heights=HEIGHTS,
        pass_through=PassThrough.AUTO,
        return_seconds=RETURN_SECONDS,
        record=True,
        dvr=True,
        keep_source=False,
        slate=None,
        poster=None,
        created_at=now,
        updated_at=now,
    )
