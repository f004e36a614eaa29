"""The broadcast engine's only way to rows: who may feed what, and how a programme goes on air and off it."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast.clock import SECOND, moment
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from novacast.i18n import Text, text
from novacast.identity import new_id
from novacast.limits import Rate, RateLimiter, network
from novacast.live import store
from novacast.live.channels import store as channels
from novacast.live.facts import mention, mention_to_makers, tell, tell_feed, tell_makers
from novacast.live.ingest import Hello
from novacast.live.keys import store as keys
from novacast.live.models import (
    REST,
    Channel,
    Feed,
    FeedRole,
    Marker,
    Programme,
    ProgrammeState,
    StreamKey,
    chosen,
    moved,
    on_standby,
    resting,
)
from novacast.live.programmes import store as programmes
from novacast.live.programmes.advice import advice
from novacast.live.programmes.steadiness import Steadiness
from novacast.records import dataclass
from novacast.security.keys import digest
from novacast.texts import printable

WRONG_KEYS = Rate("live.wrong_keys", burst=10, period=60, growth=2)
"""Of one network address."""
LONGEST_KEY = 256
LONGEST_SOFTWARE = 200
MENTIONED = 2 * SECOND
"""From one mention of all numbers to the next."""
MOST_FEEDS = 16
"""Connections of one programme: of several keys, and each one's successor while the engine lets the old one go."""


@dataclass(frozen=True, slots=True)
class Admitted:
    programme: Programme
    channel: Channel
    feed: Feed


class Airing:
    def __init__(self, db: Database, limiter: RateLimiter, *, early: int) -> None:
        """`early`: microseconds before its planned start in which a feed is taken for a planned programme."""
        self._db, self._limiter, self._early = db, limiter, early
        self._steadiness: dict[str, Steadiness] = {}
        self._advised: dict[str, Sequence[str]] = {}
        self._watched: dict[str, Any] = {}
        self._mentioned: dict[str, int] = {}
        """When numbers were mentioned last."""
        """Programme -> codes of what was told last that could be better."""

    async def admit(self, hello: Hello) -> Admitted:
        """What an encoder that brings a key is to feed; the connection is written down as a feed.

        Raises Unauthenticated for a key that is unknown, over or revoked, which all look alike; RateLimited once an
        address brought too many of them; Forbidden where a good key may feed nothing at this moment. A good key is
        never refused for wrong ones that came from the same network.
        """
        key = await self._known(hello)

        def unit(tx: Transaction) -> Admitted:
            current, channel = tx.one(keys.by_id(key.id)), tx.one(channels.by_id(key.channel_id))
            if current is None or channel is None or not current.good(tx.now):
                raise Unauthenticated(_UNKNOWN)
            programme = self._programme(tx, channel, current)
            if len(tx.all(store.fed(programme.id))) >= MOST_FEEDS:
                raise Forbidden(text("Too many encoders feed this programme. Stop one of them."))
            feed = _feed(programme, current.id, current.role, hello, tx.now)
            store.begin_feed(tx, feed)
            keys.used(tx, current.id)
            store.log(
                tx,
                "key.used",
                programme,
                person_id=current.person_id,
                key_id=current.id,
                detail=f"{feed.protocol} {feed.software}".strip(),
                address=feed.address,
            )
            tell_feed(tx, "feed.began", feed, programme.org_id)
            return Admitted(programme, channel, feed)

        return await self._db.write(unit)

    async def admit_house(self, programme_id: str, role: FeedRole, label: str) -> Admitted:
        """The house itself feeds a programme, without a key. Raises NotFound, Forbidden where another programme of the
        channel is on air, or this one is over or about to be."""

        def unit(tx: Transaction) -> Admitted:
            programme = tx.one(programmes.by_id(programme_id))
            channel = None if programme is None else tx.one(channels.by_id(programme.channel_id))
            if programme is None or channel is None:
                raise NotFound(_MISSING)
            if programme.state is ProgrammeState.ENDED or programme.wanted_end:
                raise Forbidden(text("This programme is over."))
            on = tx.one(programmes.on_channel(channel.id))
            if on is not None and on.id != programme.id:
                raise Forbidden(text("“{title}” is on air on this channel already.", title=on.title))
            feed = _feed(programme, None, role, Hello("file", "", "", label), tx.now)
            store.begin_feed(tx, feed)
            tell_feed(tx, "feed.began", feed, programme.org_id)
            return Admitted(programme, channel, feed)

        return await self._db.write(unit)

    async def left(self, feed_id: str, reason: str) -> None:
        """The connection is over. Repeatable: the first reason stands."""

        def unit(tx: Transaction) -> None:
            _ended(tx, tx.one(store.feed_by_id(feed_id)), reason)

        await self._db.write(unit)

    async def on_air(self, programme_id: str) -> Programme:
        """Its first picture is there. Raises NotFound, Conflict once it has ended."""
        return await self._move(programme_id, ProgrammeState.ON_AIR)

    async def interrupted(self, programme_id: str) -> Programme:
        """Nothing comes any more; viewers see the slate. Raises NotFound, Conflict."""
        return await self._move(programme_id, ProgrammeState.INTERRUPTED)

    async def resumed(self, programme_id: str) -> Programme:
        """Something comes again. Raises NotFound, Conflict."""
        return await self._move(programme_id, ProgrammeState.ON_AIR)

    async def ended(self, programme_id: str) -> None:
        """It is over; so it is for viewers, unless a video of the same id is there already. Its feeds are closed."""

        def unit(tx: Transaction) -> None:
            programme = tx.one(programmes.by_id(programme_id))
            if programme is not None:
                end(tx, programme)

        await self._db.write(unit)
        self._steadiness.pop(programme_id, None)
        self._advised.pop(programme_id, None)
        self._watched.pop(programme_id, None)
        self._mentioned.pop(programme_id, None)

    async def open(self) -> Sequence[Programme]:
        """What is on air or interrupted by the rows, for an engine that begins: connections that the last one left
        behind are written down as over."""

        def unit(tx: Transaction) -> Sequence[Programme]:
            for feed in tx.all(store.open_feeds()):
                _ended(tx, feed, text("The server was restarted."))
            return tx.all(programmes.airing())

        return await self._db.write(unit)

    async def channel(self, channel_id: str) -> Channel:
        """Raises NotFound."""
        found = await self._db.one(channels.by_id(channel_id))
        if found is None:
            raise NotFound(text("There is no such channel, or it is not for you to see."))
        return found

    async def programme(self, programme_id: str) -> Programme:
        """As it is now, with what its producer wants. Raises NotFound."""
        found = await self._db.one(programmes.by_id(programme_id))
        if found is None:
            raise NotFound(_MISSING)
        return found

    async def markers(self, programme_id: str) -> Sequence[Marker]:
        """In their order."""
        return await self._db.all(programmes.markers(programme_id))

    async def alarmed(self, programme_id: str, words: Text) -> None:
        """Those who make it should know."""

        def unit(tx: Transaction) -> None:
            programme = tx.one(programmes.by_id(programme_id))
            if programme is not None:
                tell_makers(tx, "programme.alarm", programme, alarm=str(words))

        await self._db.write(unit)

    async def measured(self, programme_id: str, health: Mapping[str, Any]) -> None:
        """The latest numbers, in place of those before. `viewers` among them makes the peak. What they mean is told
        where it is something else than a second ago."""
        viewers = health.get("viewers")
        steadiness = self._steadiness.setdefault(programme_id, Steadiness())
        numbers = {**health, **steadiness.seen(health.get("bitrate"))}
        codes = sorted(one.code for one in advice(numbers))
        now = self._db.clock.now()
        due = now - self._mentioned.get(programme_id, 0) >= MENTIONED

        def unit(tx: Transaction) -> None:
            store.measured(tx, programme_id, numbers)
            if isinstance(viewers, int):
                programmes.watched(tx, programme_id, viewers)
            programme = tx.one(programmes.by_id(programme_id))
            if programme is None:
                return
            if codes != self._advised.get(programme_id, []):
                tell_makers(tx, "programme.health", programme, advice=codes)
            if isinstance(viewers, int) and viewers != self._watched.get(programme_id):
                mention(tx, "programme.viewers", programme, viewers=viewers)
            if due:
                mention_to_makers(tx, "programme.measured", programme, numbers=numbers)

        await self._db.write(unit)
        self._advised[programme_id], self._watched[programme_id] = codes, viewers
        if due:
            self._mentioned[programme_id] = now

    async def _known(self, hello: Hello) -> StreamKey:
        secret = hello.key if len(hello.key) <= LONGEST_KEY else ""
        brought = digest(secret.encode("utf-8", "replace").decode())
        found = await self._db.one(keys.by_digest(brought))
        if found is not None and hmac.compare_digest(found[1], brought) and found[0].good(self._db.clock.now()):
            return found[0]
        try:
            self._limiter.check(WRONG_KEYS, network(hello.address))
        except RateLimited as error:
            raise RateLimited(
                text("Too many wrong stream keys came from this address. Wait, and check the key."),
                retry_after=error.retry_after,
            ) from error
        raise Unauthenticated(_UNKNOWN)

    def _programme(self, tx: Transaction, channel: Channel, key: StreamKey) -> Programme:
        there = tx.all(programmes.feedable(channel.id, tx.now, tx.now + self._early))
        found = chosen(there, tx.now, self._early)
        if found is not None and found.state is not ProgrammeState.PLANNED:
            return found
        if tx.one(store.test_ended(channel.id, tx.now - REST)) is not None:
            raise Forbidden(
                text(
                    "The test is over. Stop the encoder; it can go on air in a minute, or at once where a programme is "
                    "put on standby."
                )
            )
        if found is not None:
            return found
        if resting(there, tx.now):
            raise Forbidden(
                text(
                    "The programme was ended in the studio. Stop the encoder; a new programme can begin in a minute, "
                    "or at once where one is put on standby."
                )
            )
        made = spontaneous(channel, key, tx.now)
        programmes.add(tx, made)
        store.log(tx, "programme.created", made, person_id=key.person_id, key_id=key.id, detail=made.title)
        tell(tx, "programme.created", made)
        return made

    async def _move(self, programme_id: str, to: ProgrammeState) -> Programme:
        def unit(tx: Transaction) -> Programme:
            before = tx.one(programmes.by_id(programme_id))
            if before is None:
                raise NotFound(_MISSING)
            if not moved(before, to):
                return before
            back = before.state is ProgrammeState.INTERRUPTED
            interrupted = to is ProgrammeState.INTERRUPTED
            after = replace(
                before,
                state=to,
                started_at=before.started_at or tx.now,
                interrupted_at=tx.now if interrupted else None,
                updated_at=tx.now,
            )
            columns = {"state": to, "started_at": after.started_at, "interrupted_at": after.interrupted_at}
            programmes.change(tx, programme_id, columns)
            topic = "interrupted" if interrupted else "resumed" if back else "on_air"
            tell(tx, f"programme.{topic}", after)
            return after

        return await self._db.write(unit)


def end(tx: Transaction, programme: Programme) -> Programme:
    """Write down that it is over, with its feeds; as it is then. Repeatable. Raises Conflict for one only planned."""
    if not moved(programme, ProgrammeState.ENDED):
        return programme
    for feed in tx.all(store.fed(programme.id)):
        _ended(tx, feed, text("The programme ended."))
    columns = {"state": ProgrammeState.ENDED, "interrupted_at": None, "ended_at": tx.now}
    programmes.change(tx, programme.id, columns)
    after = replace(programme, state=ProgrammeState.ENDED, interrupted_at=None, ended_at=tx.now, updated_at=tx.now)
    tell(tx, "programme.ended", after)
    return after


def spontaneous(channel: Channel, key: StreamKey, now: int) -> Programme:
    """The programme of a feed that nobody planned one for."""
    title = f"{channel.name[:180]} {moment(now):%Y-%m-%d}"
    return on_standby(channel, new_id(), key.person_id, title, now, visibility=channel.visibility)


def _feed(programme: Programme, key_id: str | None, role: FeedRole, hello: Hello, now: int) -> Feed:
    return Feed(
        id=new_id(),
        programme_id=programme.id,
        channel_id=programme.channel_id,
        key_id=key_id,
        role=role,
        protocol=hello.protocol,
        address=hello.address,
        software=printable(hello.software)[:LONGEST_SOFTWARE].strip(),
        began_at=now,
        ended_at=None,
        reason=None,
    )


def _ended(tx: Transaction, feed: Feed | None, reason: str) -> None:
    if feed is not None and store.end_feed(tx, feed.id, reason):
        programme = tx.one(programmes.by_id(feed.programme_id))
        assert programme is not None, "a feed's row goes with its programme's"
        tell_feed(tx, "feed.ended", feed, programme.org_id)


_UNKNOWN = text("This stream key is not known, or not good any more. Copy it again from the channel's page.")
_MISSING = text("There is no such programme, or it is not for you to see.")
