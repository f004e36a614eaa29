"""Lists of a performance's doors: made and changed by those who arrange, read by those who let people in."""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.texts import Texts, printable
from novacast.tickets import store as books
from novacast.tickets.door import store
from novacast.tickets.door.models import MOST_LISTS, Checkin, CheckinList, Gate, Incident, Rules, in_the_house
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Performance, check_no_others
from novacast.tickets.events.permission import NO_PERFORMANCE, arranged, arranges, checks_in
from novacast.tickets.seatmaps import store as seats

NO_LIST = text("There is no such list, or it is not for you to see.")
MOST_INCIDENTS = 200


class Lists:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def known(self, principal: Principal, perf_id: str) -> tuple[Event, Performance]:
        """For those who let people in. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            performance, event = await view.one(events.performance(perf_id)), await view.one(events.event_of(perf_id))
        if performance is None or event is None or not _is_member(principal, performance.org_id):
            raise NotFound(NO_PERFORMANCE)
        checks_in(principal, performance.org_id)
        return event, performance

    async def of_performance(self, principal: Principal, perf_id: str) -> list[CheckinList]:
        """Raises NotFound, Forbidden."""
        await self.known(principal, perf_id)
        return await self._db.all(store.lists(perf_id))

    async def show(self, principal: Principal, list_id: str) -> CheckinList:
        """Raises NotFound, Forbidden."""
        found = await self._db.one(store.checkin_list(list_id))
        if found is None or not _is_member(principal, found.org_id):
            raise NotFound(NO_LIST)
        checks_in(principal, found.org_id)
        return found

    async def create(
        self,
        principal: Principal,
        perf_id: str,
        rules: Rules,
        then: Then[CheckinList] | None = None,
        *,
        house: bool = False,
    ) -> CheckinList:
        """`house`: of what has a place in the house, whatever `rules` say. Raises InvalidInput, NotFound, Forbidden,
        Conflict."""
        good = checked(rules)

        def unit(tx: Transaction) -> CheckinList:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            rules = replace(good, items=in_the_house(tx.all(events.items(perf_id)))) if house else good
            check_offered(tx, perf_id, rules)
            if len(tx.all(store.lists(perf_id))) >= MOST_LISTS:
                raise Conflict(text("The performance has {most} lists, which is the most.", most=MOST_LISTS))
            made = CheckinList(new_id(), performance.org_id, perf_id, rules, tx.now)
            store.add_list(tx, made)
            books.log(tx, "list.created", made.org_id, made.id, person_id=principal.person_id, detail=rules.name)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def change(self, principal: Principal, list_id: str, rules: Rules) -> CheckinList:
        """Holds for the next scan; devices are told. Raises InvalidInput, NotFound, Forbidden."""
        rules = checked(rules)

        def unit(tx: Transaction) -> CheckinList:
            old = tx.one(store.checkin_list(list_id))
            if old is None or not _is_member(principal, old.org_id):
                raise NotFound(NO_LIST)
            arranges(principal, old.org_id)
            check_offered(tx, old.perf_id, rules)
            store.change_list(tx, list_id, rules)
            books.log(tx, "list.changed", old.org_id, old.id, person_id=principal.person_id, detail=rules.name)
            outbox.emit(tx, "checkin.changed", list_id, outbox.org(old.org_id))
            return CheckinList(old.id, old.org_id, old.perf_id, rules, old.created_at)

        return await self._db.write(unit)

    async def passed(self, principal: Principal, list_id: str, cursor: str | None, limit: int) -> Page[Checkin]:
        """Latest first. Raises NotFound, Forbidden, InvalidInput."""
        await self.show(principal, list_id)
        rows = await self._db.all(store.passed(list_id, keyset(cursor, int, str) or events.START, limit + 1))
        return Page.of(rows, limit, lambda one: (one.at, one.id))

    async def gates(self, principal: Principal, list_id: str) -> tuple[list[Gate], int]:
        """And how many tickets the list may let in. Raises NotFound, Forbidden."""
        found = await self.show(principal, list_id)
        return await self._db.all(store.gates(list_id)), await self.expected(found)

    async def expected(self, wanted: CheckinList) -> int:
        rows = await self._db.all(store.expected(wanted.perf_id))
        return sum(number for item_id, category, number in rows if wanted.takes(item_id, category))

    async def incidents(self, principal: Principal, perf_id: str) -> list[Incident]:
        """What nobody has settled first. Raises NotFound, Forbidden."""
        await self.known(principal, perf_id)
        return await self._db.all(store.incidents(perf_id, MOST_INCIDENTS))

    async def settle(self, principal: Principal, incident_id: str, then: Then[Incident] | None = None) -> Incident:
        """Somebody has looked at it; a second time changes nothing. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> Incident:
            found = tx.one(store.incident(incident_id))
            if found is None or not _is_member(principal, found.org_id):
                raise NotFound(text("There is no such incident."))
            checks_in(principal, found.org_id)
            if store.settle(tx, incident_id, principal.person_id):
                books.log(tx, "incident.settled", found.org_id, found.id, person_id=principal.person_id)
                outbox.emit(tx, "incident.settled", found.list_id, outbox.org(found.org_id), incident=found.id)
            settled = tx.one(store.incident(incident_id)) or found
            if then is not None:
                then(tx, settled)
            return settled

        return await self._db.write(unit)


def checked(rules: Rules) -> Rules:
    """As it is kept. Raises InvalidInput."""
    texts = Texts()
    name = texts.title(rules.name, text("Give the list a name."), "name")
    texts.check()
    if rules.opens_at is not None and rules.closes_at is not None and rules.closes_at <= rules.opens_at:
        raise InvalidInput.field("closes_at", text("A list closes after it has opened."))
    return Rules(
        name,
        tuple(dict.fromkeys(rules.items)),
        tuple(dict.fromkeys(one for one in rules.categories if one)),
        _names(rules.gates),
        rules.exits,
        rules.reentry,
        rules.opens_at,
        rules.closes_at,
    )


def check_offered(tx: Transaction, perf_id: str, rules: Rules) -> None:
    """A list of what the performance does not have would let nobody in. Raises InvalidInput."""
    check_no_others(rules.items, (one.id for one in tx.all(events.items(perf_id))), "items")
    if rules.categories:
        known = {one.category for one in tx.all(seats.seats(perf_id))}
        strange = [one for one in rules.categories if one not in known]
        if strange:
            message = text("The seats have no category {name}.", name=strange[0])
            raise InvalidInput.field("categories", message)


def _names(gates: Sequence[str]) -> tuple[str, ...]:
    tidy = (" ".join(printable(one).split()) for one in gates)
    return tuple(dict.fromkeys(one for one in tidy if one))


def _is_member(principal: Principal, org_id: str) -> bool:
    return principal.system or org_id in principal.roles
