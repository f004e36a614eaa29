"""Stream keys as people use them: see, make, revoke."""

from novacast import outbox
from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.live import store as live
from novacast.live.channels import store as channels
from novacast.live.channels.service import may_manage, seen
from novacast.live.keys import store
from novacast.live.keys.revoking import revoke
from novacast.live.models import Channel, FeedRole, StreamKey, may_produce
from novacast.records import dataclass
from novacast.security.keys import digest, new_token
from novacast.texts import printable

NAME_LENGTH = 100
MOST_KEYS = 50
"""Good ones of one channel."""
MARK = "nova_"
"""How secrets begin: one that was left lying about can be told for what it is, and is no id of anything."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A key just made, with what is never shown again."""

    key: StreamKey
    channel: Channel
    secret: str


class Keys:
    def __init__(self, db: Database) -> None:
        self._db = db

    def now(self) -> int:
        return self._db.clock.now()

    async def of_channel(
        self, principal: Principal, channel_id: str, cursor: str | None, limit: int
    ) -> Page[StreamKey]:
        """One's own, or everybody's for those who manage the channel; newest first. Raises NotFound, Forbidden."""
        found = await self._db.one(channels.by_id(channel_id))
        channel = _produced(principal, found)
        person_id = None if may_manage(principal, channel.org_id) else principal.person_id or ""
        start = keyset(cursor, int, str) or channels.START
        rows = await self._db.all(store.of_channel(channel_id, person_id, start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def create(
        self,
        principal: Principal,
        channel_id: str,
        name: str = "",
        role: FeedRole = FeedRole.MAIN,
        expires_at: int | None = None,
        for_person: str | None = None,
    ) -> Fresh:
        """A key of the asker's; the operator names whose. Raises NotFound, Forbidden, InvalidInput, Conflict."""
        name = _name(name)
        person_id = for_person if principal.system else principal.person_id
        secret = f"{MARK}{new_token(24)}"

        def unit(tx: Transaction) -> Fresh:
            channel = _produced(principal, tx.one(channels.by_id(channel_id)))
            if expires_at is not None and expires_at <= tx.now:
                raise InvalidInput.field("expires_at", text("This hour is over already."), "out_of_range")
            if (tx.one(store.good(channel_id, tx.now)) or 0) >= MOST_KEYS:
                raise Conflict(text("The channel has {most} keys already. Revoke one first.", most=MOST_KEYS))
            key = StreamKey(
                id=new_id(),
                channel_id=channel.id,
                org_id=channel.org_id,
                person_id=person_id,
                name=name,
                role=role,
                created_at=tx.now,
                expires_at=expires_at,
                used_at=None,
                revoked_at=None,
            )
            store.add(tx, key, digest(secret))
            live.log(tx, "key.created", channel, person_id=person_id, key_id=key.id, detail=f"{role} {name}".strip())
            outbox.emit(tx, "key.created", key.id, outbox.org(channel.org_id), channel=channel.id)
            return Fresh(key, channel, secret)

        return await self._db.write(unit)

    async def revoke(self, principal: Principal, key_id: str) -> StreamKey:
        """At once: an encoder that uses it is hung up on. One's own, or anybody's for those who manage the channel.

        Repeatable. Raises NotFound, also for keys of others.
        """

        def unit(tx: Transaction) -> StreamKey:
            key = tx.one(store.by_id(key_id))
            own = key is not None and key.person_id is not None and key.person_id == principal.person_id
            if key is None or not (own or may_manage(principal, key.org_id)):
                raise NotFound(text("There is no such stream key, or it is not yours."))
            revoke(tx, key, principal.person_id)
            return tx.one(store.by_id(key_id)) or key

        return await self._db.write(unit)


def _produced(principal: Principal, found: Channel | None) -> Channel:
    channel = seen(principal, found)
    if not may_produce(principal, channel.org_id):
        raise Forbidden(text("You may see this channel, but not produce on it."))
    return channel


def _name(name: str) -> str:
    name = " ".join(printable(name).split())
    if len(name) > NAME_LENGTH:
        message = text("The name of a key has at most {most} characters.", most=NAME_LENGTH)
        raise InvalidInput(message, errors=[FieldError("name", "too_long", message)])
    return name
