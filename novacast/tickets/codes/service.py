"""Codes as those who arrange use them: make one or many, look at what became of them, change, switch off."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.database import Database, IntegrityError, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.tickets import store as books
from novacast.tickets.codes import store
from novacast.tickets.codes.models import MOST_CODES, Code, CodeChanges, random_code, written
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Quota
from novacast.tickets.events.permission import arranged_event

NO_CODE = text("The event has no such code.")


class Codes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_event(self, principal: Principal, event_id: str, cursor: str | None, limit: int) -> Page[Code]:
        """Newest first. Raises NotFound, Forbidden."""
        found = await self._db.one(events.event(event_id))
        arranged_event(principal, found)
        rows = await self._db.all(store.of_event(event_id, keyset(cursor, int, str) or events.START, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def known(self, principal: Principal, event_id: str, code_id: str) -> tuple[Code, Quota | None]:
        """With the quota of places that are kept for it. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            event = await view.one(events.event(event_id))
            arranged_event(principal, event)
            found = await view.one(store.by_id(code_id))
            if found is None or found.event_id != event_id:
                raise NotFound(NO_CODE)
            quota = await view.one(events.quota(found.quota_id or ""))
        return found, quota

    async def of_order(self, order_id: str) -> list[str]:
        """What stands on those with which something in an order was bought."""
        return await self._db.all(store.of_order(order_id))

    def now(self) -> int:
        """By which it is said whether one is good."""
        return self._db.clock.now()

    async def create(
        self, principal: Principal, event_id: str, changes: CodeChanges, then: Then[Code] | None = None
    ) -> Code:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""
        (made,) = await self._create(principal, event_id, changes, 1, None if then is None else _first(then))
        return made

    async def create_many(
        self,
        principal: Principal,
        event_id: str,
        changes: CodeChanges,
        count: int,
        then: Then[Sequence[Code]] | None = None,
    ) -> Sequence[Code]:
        """So many, alike in all but what stands on them. Raises InvalidInput, NotFound, Forbidden, Conflict."""
        if changes.code or changes.reserved is not None:
            said = text("Many codes are made at once without a name of their own and without places kept for them.")
            raise InvalidInput.field("code", said)
        return await self._create(principal, event_id, changes, count, then)

    async def edit(self, principal: Principal, event_id: str, code_id: str, changes: CodeChanges) -> Code:
        """What is in baskets and orders keeps the price it has.

        Raises InvalidInput, NotFound, Forbidden; Conflict for a limit below what is spent.
        """
        columns = changes.columns()

        def unit(tx: Transaction) -> Code:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            before = tx.one(store.by_id(code_id))
            if before is None or before.event_id != event_id:
                raise NotFound(NO_CODE)
            changes.applied(before)
            try:
                store.change(tx, code_id, columns)
                if "reserved" in changes.given:
                    _reserve(tx, before, changes.reserved)
            except IntegrityError as error:
                said = text("{spent} were bought with it already; it can't be good for less.", spent=before.spent)
                raise Conflict(said) from error
            if "items" in changes.given:
                _check_items(tx, before, changes.items)
                store.set_items(tx, code_id, changes.items)
            _told(tx, "code.changed", event, before, principal, ", ".join(sorted(changes.given)))
            return tx.one(store.by_id(code_id)) or before

        return await self._db.write(unit)

    async def _create(
        self,
        principal: Principal,
        event_id: str,
        changes: CodeChanges,
        count: int,
        then: Then[Sequence[Code]] | None,
    ) -> Sequence[Code]:
        def unit(tx: Transaction) -> Sequence[Code]:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            if (tx.one(store.count(event_id)) or 0) + count > MOST_CODES:
                raise Conflict(text("The event has {most} codes, which is the most.", most=MOST_CODES))
            made = [_add(tx, event, changes) for _ in range(count)]
            detail = made[0].code if count == 1 else f"{count}"
            _told(tx, "code.created", event, made[0], principal, detail)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)


def _add(tx: Transaction, event: Event, changes: CodeChanges) -> Code:
    if changes.perf_id is not None:
        performance = tx.one(events.performance(changes.perf_id))
        if performance is None or performance.event_id != event.id:
            raise InvalidInput.field("performance", text("The event has no such performance."), "unknown")
    name = written(changes.code) if changes.code else random_code()
    plain = Code(
        id=new_id(),
        org_id=event.org_id,
        event_id=event.id,
        perf_id=changes.perf_id,
        code=name,
        note="",
        percent_bp=0,
        amount_off=0,
        opens_hidden=False,
        opens_early=False,
        quota_id=None,
        capacity=None,
        most_per_order=None,
        most_per_person=None,
        from_at=None,
        until_at=None,
        active=True,
        created_at=tx.now,
    )
    made = replace(changes.applied(plain), items=changes.items)
    _check_items(tx, made, changes.items)
    if changes.reserved is not None:
        if changes.perf_id is None:
            raise InvalidInput.field("reserved", text("Places are kept in one performance: say which."), "required")
        quota = Quota(new_id(), changes.perf_id, text("For the code {code}", code=name), changes.reserved, 0)
        events.add_quota(tx, quota)
        made = replace(made, quota_id=quota.id)
    if tx.one(store.by_text(event.id, name)) is not None:
        raise Conflict(text("The event has the code {code} already.", code=name))
    store.add(tx, made)
    return made


def _reserve(tx: Transaction, code: Code, reserved: int | None) -> None:
    """Raises IntegrityError for less than is held and sold of it."""
    quota = None if code.quota_id is None else tx.one(events.quota(code.quota_id))
    if quota is None:
        said = text("Places are kept for a code when it is made, not later.")
        raise InvalidInput.field("reserved", said)
    events.change_quota(tx, quota.id, quota.name, reserved or 0)


def _check_items(tx: Transaction, code: Code, item_ids: Sequence[str]) -> None:
    known = dict(tx.all(store.items_of(code.event_id)))
    good = {id_ for id_, perf_id in known.items() if code.perf_id in (None, perf_id)}
    if unknown := sorted(set(item_ids) - good):
        said = text("There are no such kinds of tickets where the code is good: {ids}.", ids=", ".join(unknown)[:200])
        raise InvalidInput.field("items", said, "unknown")


def _first(then: Then[Code]) -> Then[Sequence[Code]]:
    return lambda tx, made: then(tx, made[0])


def _told(tx: Transaction, what: str, event: Event, code: Code, principal: Principal, detail: str) -> None:
    books.log(tx, what, event.org_id, code.id, person_id=principal.person_id, detail=detail)
