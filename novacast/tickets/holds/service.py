"""Baskets as people use them: take, look at, keep for longer, give back."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from novacast import outbox
from novacast.clock import MINUTE
from novacast.database import Database, Then, Transaction
from novacast.errors import NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.limits import Rate, RateLimiter, network
from novacast.security.keys import Signer
from novacast.settings import Tickets
from novacast.tickets.codes import store as codes
from novacast.tickets.codes.trying import CodeTrying
from novacast.tickets.events import store as events
from novacast.tickets.expiry import Expiry
from novacast.tickets.holds import store
from novacast.tickets.holds.bounds import check_whose
from novacast.tickets.holds.models import Basket, Hold, HoldOver, Line, Wish
from novacast.tickets.holds.recoding import recode
from novacast.tickets.holds.taking import Taking, give_back
from novacast.tickets.models import HoldState
from novacast.tickets.seatmaps import store as seats

BATCH = 100
"""Holds that are freed in one transaction."""
TEN_MINUTES = 600.0


class Holds:
    def __init__(
        self, db: Database, settings: Tickets, limiter: RateLimiter, expiry: Expiry, taking: Taking, key: bytes
    ) -> None:
        self._db, self._settings, self._limiter = db, settings, limiter
        self._expiry, self._taking = expiry, taking
        self.codes = CodeTrying(db, limiter)
        self.followers: list[Callable[[Transaction, str, str], None]] = []
        """Who is told, with both ids, where what was in one basket is in another."""
        self._signer = Signer(key, "tickets.hold")
        self._rate = Rate("tickets.hold", settings.holds_per_address, TEN_MINUTES, growth=1.5)

    def token(self, hold_id: str) -> str:
        """What whoever has the basket shows; made of its id, stored nowhere."""
        return self._signer.sign(hold_id.encode())

    def id_of(self, token: str) -> str:
        """Raises NotFound."""
        try:
            return self._signer.verify(token).decode()
        except Unauthenticated as error:
            raise NotFound(text("There is no such basket.")) from error

    async def take(
        self,
        principal: Principal,
        perf_id: str,
        wishes: Sequence[Wish],
        *,
        code: str = "",
        address: str = "",
        then: Then[Basket] | None = None,
    ) -> Basket:
        """Raises NotFound, InvalidInput, NotOnSale, SoldOut, SeatsTaken, LonelySeat, CodeRefused, Conflict,
        RateLimited."""
        self._limiter.check(self._rate, principal.person_id or network(address))
        if code:
            await self.codes.there(principal, perf_id, code, address)
        await self._taking.warm(self._db, perf_id)

        def unit(tx: Transaction) -> Basket:
            basket = self._taking.take(tx, perf_id, wishes, person_id=principal.person_id, public=True, code=code)
            if then is not None:
                then(tx, basket)
            return basket

        return await self._db.write(unit)

    async def show(self, token: str) -> Basket:
        """Also of one that is over: its state says so. Raises NotFound."""
        hold_id = self.id_of(token)
        return await self._basket(hold_id)

    async def mine(self, principal: Principal) -> list[Basket]:
        """Baskets of a person that are not over, newest first: for another tab, or another device."""
        if principal.person_id is None:
            return []
        holds = await self._db.all(store.active_of(principal.person_id, self._db.clock.now()))
        return [await self._basket(one.id) for one in holds]

    async def extend(self, token: str, then: Then[Basket] | None = None) -> Basket:
        """For as long again as at first, from now on, but not past the hard limit. Raises NotFound, HoldOver."""
        hold_id = self.id_of(token)

        def unit(tx: Transaction) -> Basket:
            hold = self._open(tx, hold_id)
            until = min(hold.limit_at, max(hold.expires_at, tx.now + self._settings.hold_minutes * MINUTE))
            if until > hold.expires_at:
                store.extend(tx, hold_id, until)
                outbox.emit(tx, "hold.extended", hold_id, outbox.INTERNAL)
            basket = self.read(tx, hold_id)
            if then is not None:
                then(tx, basket)
            return basket

        return await self._db.write(unit)

    async def recode(
        self, principal: Principal, token: str, code: str, *, address: str = "", then: Then[Basket] | None = None
    ) -> Basket:
        """What is in a basket goes over into another, with a code, or without the one it had.

        Raises NotFound, HoldOver, InvalidInput, NotOnSale, CodeRefused, Conflict, RateLimited.
        """
        hold_id = self.id_of(token)
        before = await self._basket(hold_id)
        if code:
            await self.codes.there(principal, before.hold.perf_id, code, address)

        def unit(tx: Transaction) -> Basket:
            hold = recode(tx, self._taking.members, self._open(tx, hold_id), code, self._expiry.instant(tx))
            for follow in self.followers:
                follow(tx, hold_id, hold.id)
            basket = self.read(tx, hold.id)
            if then is not None:
                then(tx, basket)
            return basket

        return await self._db.write(unit)

    async def latest(self, basket: Basket) -> str:
        """The token of the basket into which this one went over; its own where it did not."""
        hold = basket.hold
        while hold.next_id is not None:
            found = await self._db.one(store.hold(hold.next_id))
            assert found is not None, "holds are never deleted"
            hold = found
        return self.token(hold.id)

    async def adopt(self, principal: Principal, token: str, then: Then[Basket] | None = None) -> Basket:
        """A guest's basket becomes that of the person who logged in. Raises NotFound, HoldOver, Conflict."""
        hold_id = self.id_of(token)
        person_id = principal.person_id
        assert person_id is not None, "the route needs a login"

        def unit(tx: Transaction) -> Basket:
            hold = self._open(tx, hold_id)
            if hold.person_id not in (None, person_id):
                raise NotFound(text("There is no such basket."))
            if hold.person_id is None:
                performance = tx.one(events.performance(hold.perf_id))
                assert performance is not None, "a hold has a performance"
                buyer = f"person:{person_id}"
                items = {one.id: one for one in tx.all(events.items(hold.perf_id))}
                check_whose(tx, performance, items, buyer, tx.all(store.claims(hold_id)))
                store.adopt(tx, hold_id, person_id, buyer)
                outbox.emit(tx, "hold.adopted", hold_id, outbox.person(person_id))
            basket = self.read(tx, hold_id)
            if then is not None:
                then(tx, basket)
            return basket

        return await self._db.write(unit)

    async def release(self, token: str) -> None:
        """Give everything back. Raises NotFound, HoldOver for what is being paid for or bought."""
        hold_id = self.id_of(token)

        def unit(tx: Transaction) -> None:
            hold = tx.one(store.hold(hold_id))
            if hold is None:
                raise NotFound(text("There is no such basket."))
            if hold.state in (HoldState.RELEASED, HoldState.EXPIRED):
                return
            if hold.state is not HoldState.ACTIVE:
                raise HoldOver(text("What was in this basket is being paid for, or is bought."))
            give_back(tx, hold, HoldState.RELEASED)

        await self._db.write(unit)

    async def sweep(self) -> int:
        """Free what is overdue, so that those who look see it, and note leaps of the clock; how many holds."""
        total = 0
        while freed := await self._db.write(self._free_some):
            total += freed
        return total

    def _free_some(self, tx: Transaction) -> int:
        self._expiry.note(tx)
        overdue = tx.all(store.due_anywhere(self._expiry.instant(tx), BATCH))
        for hold in overdue:
            give_back(tx, hold, HoldState.EXPIRED)
        return len(overdue)

    def _open(self, tx: Transaction, hold_id: str) -> Hold:
        """An active hold that is not overdue. Raises NotFound, HoldOver."""
        hold = tx.one(store.hold(hold_id))
        if hold is None:
            raise NotFound(text("There is no such basket."))
        if hold.state is not HoldState.ACTIVE or hold.expires_at <= self._expiry.instant(tx):
            raise HoldOver(text("The time of this basket is over. Choose again."))
        return hold

    def open(self, tx: Transaction, hold_id: str) -> Basket:
        """For whoever makes an order of it. Raises NotFound, HoldOver."""
        self._open(tx, hold_id)
        return self.read(tx, hold_id)

    def read(self, tx: Transaction, hold_id: str) -> Basket:
        """Inside a transaction, whatever state it is in."""
        hold = tx.one(store.hold(hold_id))
        assert hold is not None, "the hold was found before"
        event = tx.one(events.event_of(hold.perf_id))
        assert event is not None, "a hold has a performance, which has an event"
        names = {one.id: one.name for one in tx.all(events.items(hold.perf_id))}
        claims = tx.all(store.claims(hold_id))
        wanted = {one.seat_id for one in claims if one.seat_id is not None}
        places = {one.seat_id: one for one in tx.all(seats.some(hold.perf_id, wanted))} if wanted else {}
        lines = [Line(one, names[one.item_id], places.get(one.seat_id or "")) for one in claims]
        code = tx.one(codes.of_hold(hold_id))
        return Basket(hold, lines, event.currency, self._taking.test, code="" if code is None else code.code)

    async def _basket(self, hold_id: str) -> Basket:
        async with self._db.snapshot() as view:
            hold = await view.one(store.hold(hold_id))
            if hold is None:
                raise NotFound(text("There is no such basket."))
            event = await view.one(events.event_of(hold.perf_id))
            assert event is not None, "a hold has a performance, which has an event"
            names = {one.id: one.name for one in await view.all(events.items(hold.perf_id))}
            claims = await view.all(store.claims(hold_id))
            wanted = {one.seat_id for one in claims if one.seat_id is not None}
            found = await view.all(seats.some(hold.perf_id, wanted)) if wanted else []
            code = await view.one(codes.of_hold(hold_id))
        places = {one.seat_id: one for one in found}
        if hold.state is HoldState.ACTIVE and hold.expires_at <= self._db.clock.now():
            hold = replace(hold, state=HoldState.EXPIRED)
        lines = [Line(one, names[one.item_id], places.get(one.seat_id or "")) for one in claims]
        return Basket(hold, lines, event.currency, self._taking.test, code="" if code is None else code.code)
