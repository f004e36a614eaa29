"""What a door says of a ticket, and the entry or exit written down: at once, or as devices tell of it afterwards.

The house decides the order of scans: the order of its commits. What devices decided by themselves is not undone, for
the people are inside: it is written down as it was, and becomes an incident where the house would have said no.
"""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import new_id
from novacast.records import dataclass
from novacast.tickets import store as books
from novacast.tickets.admission import store as keys
from novacast.tickets.admission.tokens import BadToken, Token, as_scanned, checked
from novacast.tickets.door import store
from novacast.tickets.door.devices import store as devices
from novacast.tickets.door.devices.models import check_alive
from novacast.tickets.door.models import (
    LONGEST_GATE,
    Checkin,
    CheckinList,
    Decided,
    Incident,
    Scan,
    Shown,
    Standing,
    Verdict,
    Wish,
    instant_of,
    judged,
)
from novacast.tickets.imports import store as foreign
from novacast.tickets.models import TicketState


@dataclass(frozen=True, slots=True)
class Post:
    """Who scans, and for which list."""

    wanted: CheckinList
    person_id: str | None = None
    device_id: str | None = None
    gate: str = ""
    """Where a wish names none."""
    since: int = 0
    """Nothing that is told of an earlier instant can be true."""


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that was looked up, and the last entry with it."""

    shown: Shown
    before: Checkin | None


class Scanning:
    def __init__(self, db: Database, *, live: bool) -> None:
        """`live`: tickets of the sandbox are worth nothing."""
        self._db, self._live = db, live

    async def scan(self, post: Post, wish: Wish, then: Then[Scan] | None = None) -> Scan:
        """The same wish again is answered as the first time. Raises InvalidInput, NotFound, Unauthenticated."""
        gates, gate = post.wanted.rules.gates, wish.gate or post.gate
        if gates and gate not in gates:
            raise InvalidInput.field("gate", text("The list has no such gate. It has {gates}.", gates=", ".join(gates)))

        def unit(tx: Transaction) -> Scan:
            _check_device(tx, post)
            scan = _repeated(tx, post, wish)
            if scan is None:
                scan = self._judged(tx, post, wish, tx.now)
                if scan.verdict.good or (wish.force and scan.shown is not None):
                    scan = _written(tx, post, wish, scan, tx.now)
                self._kept(tx, post, wish, scan, tx.now)
            if then is not None:
                then(tx, scan)
            return scan

        return await self._db.write(unit)

    async def deliver(self, post: Post, sent_at: int, all_of_it: Sequence[Decided]) -> list[tuple[Scan, bool]]:
        """What a device did by itself, in its order; what the house says of each, and whether that is an incident.
        `sent_at`: by the device's clock. Raises Unauthenticated."""

        def unit(tx: Transaction) -> list[tuple[Scan, bool]]:
            _check_device(tx, post)
            return [self._taken(tx, post, one, sent_at) for one in all_of_it]

        return await self._db.write(unit)

    async def find(self, wanted: CheckinList, words: str) -> list[Found]:
        """By a part of a name, an order's code or a ticket's number."""
        words = " ".join(words.split())
        if len(words) < 2 and not words.isdecimal():
            raise InvalidInput.field("q", text("Write at least two letters, or a number."))
        async with self._db.snapshot() as view:
            tickets = await view.all(store.found(wanted.perf_id, words))
            entries: list[Checkin | None] = []
            for one in tickets:
                before = await view.one(store.entry(one.ticket.claim_id, wanted.id))
                entries.append(before)
        return [Found(one, entry) for one, entry in zip(tickets, entries, strict=True)]

    def _judged(self, tx: Transaction, post: Post, wish: Wish, at: int) -> Scan:
        wanted, token = post.wanted, _token(tx, post, wish)
        if token is not None:
            shown = tx.one(store.shown_by_serial(token.performance, token.ordinal, token.serial))
        elif wish.code and not wish.ticket_id and (known := tx.one(foreign.ticket_of(wanted.org_id, wish.code))):
            shown = tx.one(store.shown_by_id(known))
        else:
            shown = tx.one(store.shown_by_id(wish.ticket_id)) if wish.ticket_id else None
            if wish.ticket_id and (shown is None or shown.ticket.perf_id != wanted.perf_id):
                raise NotFound(text("There is no such ticket."))
        if shown is None or shown.ticket.org_id != wanted.org_id:
            return Scan(Verdict.FORGED, None, None, None)
        before = tx.one(store.entry(shown.ticket.claim_id, wanted.id))
        verdict = judged(wanted, shown, token, before, at, leaving=wish.leaving, live=self._live)
        return Scan(verdict, shown, before, None)

    def _taken(self, tx: Transaction, post: Post, decided: Decided, sent_at: int) -> tuple[Scan, bool]:
        wish, wanted = decided.wish, post.wanted
        scan = _repeated(tx, post, wish)
        repeated = scan is not None
        at = instant_of(decided, sent_at, tx.now, post.since)
        if scan is None:
            scan = self._judged(tx, post, wish, at)
            if decided.passed and scan.shown is not None:
                scan = _written(tx, post, wish, scan, at)
            self._kept(tx, post, wish, scan, at, decided)
        # A device that got no answer decided for itself, and the answer may have been no.
        wrong = decided.passed and not scan.verdict.good and not wish.force
        if wrong and not (repeated and tx.one(store.incident_of(wanted.id, wish.id)) is not None):
            if repeated and scan.shown is not None and scan.checkin is None:
                scan = _written(tx, post, wish, scan, at)
            _report(tx, post, wish, scan, at)
        return scan, wrong

    def _kept(
        self, tx: Transaction, post: Post, wish: Wish, scan: Scan, at: int, decided: Decided | None = None
    ) -> None:
        store.add_scan(
            tx,
            post.wanted.id,
            wish.id,
            scan,
            gate=_gate(post, wish),
            leaving=wish.leaving,
            scanned_at=at,
            device_id=post.device_id,
            person_id=post.person_id,
            decided=decided,
        )
        gates = [
            {"gate": one.name, "entries": one.entries, "exits": one.exits, "refused": one.refused, "inside": one.inside}
            for one in tx.all(store.gates(post.wanted.id))
        ]
        outbox.mention(tx, "checkin.counted", post.wanted.id, outbox.org(post.wanted.org_id), gates=gates)


def _check_device(tx: Transaction, post: Post) -> None:
    """A revocation holds from its commit on. Raises Unauthenticated."""
    if post.device_id is not None:
        check_alive(tx.one(devices.by_id(post.device_id)), tx.now)


def _token(tx: Transaction, post: Post, wish: Wish) -> Token | None:
    """None: nobody here signed it, it is another system's, or a ticket was looked up instead. By the keys of this
    moment."""
    try:
        return checked(as_scanned(wish.code), dict(tx.all(keys.public_keys(post.wanted.org_id))))
    except BadToken:
        return None


def _repeated(tx: Transaction, post: Post, wish: Wish) -> Scan | None:
    """What was said to the same wish before."""
    kept = tx.one(store.scan(post.wanted.id, wish.id))
    if kept is None:
        return None
    verdict, ticket_id, before_id, checkin_id = kept
    return Scan(
        verdict,
        None if ticket_id is None else tx.one(store.shown_by_id(ticket_id)),
        None if before_id is None else tx.one(store.checkin(before_id)),
        None if checkin_id is None else tx.one(store.checkin(checkin_id)),
    )


def _written(tx: Transaction, post: Post, wish: Wish, scan: Scan, at: int) -> Scan:
    ticket, wanted = scan.ticket, post.wanted
    assert ticket is not None, "what nobody made is never let in"
    if wish.leaving:
        store.close_entries(tx, ticket.claim_id, wanted.id, at)
    kind, gate = ("exit" if wish.leaving else "entry"), _gate(post, wish)
    is_open = not wish.leaving and tx.one(store.left_since(ticket.claim_id, wanted.id, at)) is None
    forced = not scan.verdict.good
    made = Checkin(new_id(), ticket.id, wanted.id, kind, is_open, forced, gate, post.person_id, at)
    store.add_checkin(tx, made)
    standing = Standing.INSIDE if is_open else Standing.LEFT
    outbox.emit(
        tx,
        f"checkin.{kind}",
        wanted.id,
        outbox.org(wanted.org_id),
        ticket=ticket.id,
        gate=gate,
        ordinal=ticket.ordinal,
        standing=int(standing if ticket.state is TicketState.VALID else Standing.NONE),
        forced=forced,
    )
    if forced:
        who = "" if post.device_id is None else f"{post.device_id}: "
        books.log(
            tx,
            "checkin.forced",
            wanted.org_id,
            ticket.id,
            order_id=ticket.order_id,
            person_id=post.person_id,
            detail=f"{who}{scan.verdict}, {wanted.rules.name}, {gate}",
        )
    return replace(scan, checkin=made)


def _report(tx: Transaction, post: Post, wish: Wish, scan: Scan, at: int) -> None:
    wanted, before = post.wanted, scan.before
    made = Incident(
        id=new_id(),
        org_id=wanted.org_id,
        list_id=wanted.id,
        ticket_id=None if scan.ticket is None else scan.ticket.id,
        scan_id=wish.id,
        verdict=scan.verdict,
        gate=_gate(post, wish),
        at=at,
        other_gate=None if before is None else before.gate,
        other_at=None if before is None else before.at,
        device_id=post.device_id,
        created_at=tx.now,
        settled_at=None,
        settled_by=None,
    )
    store.add_incident(tx, made)
    books.log(tx, "incident.opened", wanted.org_id, made.id, detail=f"{scan.verdict}, {wanted.rules.name}")
    outbox.emit(
        tx,
        "incident.opened",
        wanted.id,
        outbox.org(wanted.org_id),
        incident=made.id,
        verdict=scan.verdict.value,
        gate=made.gate,
        other_gate=made.other_gate,
    )


def _gate(post: Post, wish: Wish) -> str:
    return (wish.gate or post.gate)[:LONGEST_GATE]
