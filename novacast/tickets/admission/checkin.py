"""Who is let in: lists of a door, and scans against them."""

from collections.abc import Sequence

from novacast import outbox
from novacast.clock import SECOND
from novacast.database import Database, IntegrityError, Page, Then, Transaction, keyset
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.texts import Texts
from novacast.tickets.admission import store
from novacast.tickets.admission.keys import Keyring
from novacast.tickets.admission.models import Checkin, CheckinList, Scan, Ticket, Verdict
from novacast.tickets.admission.tokens import BadToken, Token, checked
from novacast.tickets.events import store as events
from novacast.tickets.events.models import check_no_others
from novacast.tickets.events.permission import arranged, checks_in
from novacast.tickets.holds import store as holds
from novacast.tickets.models import TicketState
from novacast.tickets.seatmaps import store as seats

LONGEST_GATE = 60


class Door:
    def __init__(self, db: Database, keyring: Keyring, *, live: bool) -> None:
        """`live`: tickets of the sandbox are worth nothing."""
        self._db, self._keyring, self._live = db, keyring, live

    async def lists(self, principal: Principal, perf_id: str) -> list[CheckinList]:
        """Raises NotFound, Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        if performance is None:
            raise NotFound(text("There is no such performance, or it is not for you to see."))
        checks_in(principal, performance.org_id)
        return await self._db.all(store.lists(perf_id))

    async def create(
        self,
        principal: Principal,
        perf_id: str,
        name: str,
        items: Sequence[str],
        *,
        reentry: bool,
        hours: tuple[int | None, int | None] = (None, None),
        then: Then[CheckinList] | None = None,
    ) -> CheckinList:
        """Raises InvalidInput, NotFound, Forbidden."""
        texts = Texts()
        title = texts.title(name, text("Give the list a name."), "name")
        texts.check()

        def unit(tx: Transaction) -> CheckinList:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            check_no_others(items, (one.id for one in tx.all(events.items(perf_id))), "items")
            made = CheckinList(
                new_id(), performance.org_id, perf_id, title, tuple(dict.fromkeys(items)), reentry, *hours, tx.now
            )
            store.add_list(tx, made)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def passed(self, principal: Principal, list_id: str, cursor: str | None, limit: int) -> Page[Checkin]:
        """Latest first. Raises NotFound, Forbidden."""
        await self._list(principal, list_id)
        start = keyset(cursor, int, str) or events.START
        rows = await self._db.all(store.passed(list_id, start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.at, one.id))

    async def scan(
        self,
        principal: Principal,
        list_id: str,
        code: str,
        *,
        gate: str = "",
        leaving: bool = False,
        force: bool = False,
        then: Then[Scan] | None = None,
    ) -> Scan:
        """What the door says of a code, and the entry or exit written down. `force`: let in although it says no, which
        is written down as such; never with what nobody here made. Raises NotFound, Forbidden.
        """
        wanted = await self._list(principal, list_id)
        try:
            token: Token | None = checked(code.strip(), await self._keyring.publics(wanted.org_id))
        except BadToken:
            token = None

        def unit(tx: Transaction) -> Scan:
            found = None if token is None else _found(tx, token)
            scan = self._judged(tx, wanted, token, found, leaving=leaving)
            scan = self._written(tx, wanted, scan, principal, gate[:LONGEST_GATE], leaving=leaving, force=force)
            if then is not None:
                then(tx, scan)
            return scan

        return await self._db.write(unit)

    def _judged(
        self, tx: Transaction, wanted: CheckinList, token: Token | None, ticket: Ticket | None, *, leaving: bool
    ) -> Scan:
        if ticket is None or token is None or ticket.org_id != wanted.org_id:
            return Scan(Verdict.FORGED, None, "", "", None, None)
        item, seat = _words(tx, ticket)
        before = tx.one(store.entry(ticket.id, wanted.id))
        verdict = Verdict.OK
        if ticket.state is not TicketState.VALID or (self._live and token.test) or token.until < tx.now // SECOND:
            verdict = Verdict.VOID
        elif not wanted.takes(ticket, tx.now):
            verdict = Verdict.WRONG_LIST
        elif not leaving and before is not None and (before.open or not wanted.reentry):
            verdict = Verdict.USED
        return Scan(verdict, ticket, item, seat, before, None)

    def _written(
        self,
        tx: Transaction,
        wanted: CheckinList,
        scan: Scan,
        principal: Principal,
        gate: str,
        *,
        leaving: bool,
        force: bool,
    ) -> Scan:
        forced = force and scan.verdict not in (Verdict.OK, Verdict.FORGED)
        if scan.ticket is None or (scan.verdict is not Verdict.OK and not forced):
            return scan
        if leaving:
            store.close_entries(tx, scan.ticket.id, wanted.id)
        kind = "exit" if leaving else "entry"
        made = Checkin(
            new_id(), scan.ticket.id, wanted.id, kind, not leaving, forced, gate, principal.person_id, tx.now
        )
        try:
            store.add_checkin(tx, made)
        except IntegrityError:
            return Scan(Verdict.USED, scan.ticket, scan.item, scan.seat, scan.before, None)
        outbox.emit(tx, f"checkin.{kind}", wanted.id, outbox.org(wanted.org_id), ticket=scan.ticket.id, gate=gate)
        return Scan(scan.verdict, scan.ticket, scan.item, scan.seat, scan.before, made)

    async def _list(self, principal: Principal, list_id: str) -> CheckinList:
        found = await self._db.one(store.checkin_list(list_id))
        if found is None or not (principal.system or found.org_id in principal.roles):
            raise NotFound(text("There is no such list, or it is not for you to see."))
        checks_in(principal, found.org_id)
        return found


def _found(tx: Transaction, token: Token) -> Ticket | None:
    performance = tx.one(events.performance_by_number(token.performance))
    return None if performance is None else tx.one(store.by_serial(performance.id, token.ordinal, token.serial))


def _words(tx: Transaction, ticket: Ticket) -> tuple[str, str]:
    """Names of the item and the seat."""
    item = next((one.name for one in tx.all(events.items(ticket.perf_id)) if one.id == ticket.item_id), "")
    claim = next((one for one in tx.all(holds.of_order(ticket.order_id)) if one.id == ticket.claim_id), None)
    if claim is None or claim.seat_id is None:
        return item, ""
    seat = tx.one(seats.some(ticket.perf_id, [claim.seat_id]))
    return item, "" if seat is None else seat.label
