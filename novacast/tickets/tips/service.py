"""Tips as people give them and houses allow them; paid by orders as everything is, and shown in their room once the
money is there."""

import logging

from novacast import outbox
from novacast.clock import HOUR
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import Languages, text
from novacast.i18n import gettext as _
from novacast.identity import Principal, new_id, person_of
from novacast.outbox import Event as Fact
from novacast.tickets import store as log_book
from novacast.tickets.events import store as events
from novacast.tickets.events.models import NewItem
from novacast.tickets.events.permission import arranges
from novacast.tickets.holds.models import Wish
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import ItemKind, OrderState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Buyer, Method, Receipt
from novacast.tickets.orders.placing import Placing
from novacast.tickets.orders.service import read
from novacast.tickets.shelves.making import furnish, lay_out
from novacast.tickets.shelves.models import ShelfKind
from novacast.tickets.tips import store
from novacast.tickets.tips.models import Tip, TipRules, TipsOff, clean_words
from novacast.tickets.tips.ports import Place, Rooms
from novacast.words import money

log = logging.getLogger(__name__)

MOST_AN_HOUR = 30
"""Tips that one person may begin to give."""
_SETTLED = frozenset(
    {
        "order.paid",
        "order.cancelled",
        "order.partly_cancelled",
        "order.disputed",
        "order.dispute_won",
        "refund.requested",
    }
)
"""The last: an amount may be given back of an order that stands."""


class Tips:
    """`hear`: a durable subscriber of the outbox."""

    def __init__(self, db: Database, taking: Taking, placing: Placing, rooms: Rooms, languages: Languages) -> None:
        self._db, self._taking, self._placing = db, taking, placing
        self._rooms, self._languages = rooms, languages

    async def rules(self, org_id: str) -> TipRules | None:
        """None where tips are off."""
        found = await self._db.one(store.rules(org_id))
        return found if found is not None and found.enabled else None

    async def decided(self, principal: Principal, org_id: str) -> TipRules | None:
        """Also while they are off. Raises NotFound, Forbidden."""
        arranges(principal, org_id)
        return await self._db.one(store.rules(org_id))

    async def decide(
        self, principal: Principal, org_id: str, rules: TipRules, then: Then[TipRules] | None = None
    ) -> TipRules:
        """Raises NotFound, Forbidden, InvalidInput."""
        arranges(principal, org_id)
        rules.check()

        def unit(tx: Transaction) -> TipRules:
            store.set_rules(tx, org_id, rules)
            detail = f"tips {'on' if rules.enabled else 'off'}, from {rules.least} {rules.currency}"
            log_book.log(tx, "tips.changed", org_id, org_id, person_id=principal.person_id, detail=detail)
            outbox.emit(tx, "tips.changed", org_id, outbox.org(org_id))
            if then is not None:
                then(tx, rules)
            return rules

        return await self._db.write(unit)

    async def welcome(self, principal: Principal, media_id: str) -> tuple[Place, TipRules]:
        """Where somebody may give, and what. Raises NotFound, Unauthenticated, Forbidden, TipsOff."""
        place = await self._rooms.welcome(principal, media_id)
        rules = await self.rules(place.org_id)
        if rules is None:
            raise TipsOff(text("Nobody can give a tip here at this moment."))
        return place, rules

    async def give(
        self,
        principal: Principal,
        media_id: str,
        amount: int,
        words: str,
        buyer: Buyer,
        method: Method,
        then: Then[Receipt] | None = None,
        *,
        at: int | None = None,
        key: str = "",
    ) -> Receipt:
        """An order of it, to be paid as every order is. The same `key` of a person is the same tip.

        Raises InvalidInput, Unauthenticated, NotFound, Forbidden, TipsOff, Unpayable, Conflict.
        """
        person_id = person_of(principal, text("Log in to give a tip."))
        place, rules = await self.welcome(principal, media_id)
        rules.check_amount(amount)
        if method is Method.TRANSFER:
            raise Conflict(text("A tip is paid at once, and a transfer takes days. Choose another way."))
        said = clean_words(words)

        def unit(tx: Transaction) -> Receipt:
            tip_id = f"{person_id}:{key}" if key else new_id()
            known = tx.one(store.tip(tip_id)) if key else None
            if known is not None:
                receipt = read(tx, known.order_id)
            else:
                tip = Tip(
                    tip_id, media_id, place.org_id, "", person_id, principal.name, None, said, at, amount,
                    rules.currency, False, False, tx.now,
                )  # fmt: skip
                receipt = self._place(tx, principal, place, rules, tip, buyer, method)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)

    async def hear(self, fact: Fact) -> None:
        """Bring what stands in the room in line with the order, whatever was heard, and however often."""
        if fact.topic not in _SETTLED:
            return
        tip = await self._db.one(store.of_order(fact.subject))
        if tip is None:
            return
        order = await self._db.one(orders.order(fact.subject))
        assert order is not None, "a tip has an order"
        if order.state is OrderState.PAID and not order.disputed:
            await self._show(tip)
        elif tip.message_id is not None:
            await self._rooms.unmark(tip.message_id)
            await self._db.write(lambda tx: store.taken_back(tx, tip.id))

    async def _show(self, tip: Tip) -> None:
        with self._languages.speaking(""):
            mark = money(tip.amount, tip.currency)
        if tip.message_id is None:
            await self._say(tip, mark)
        elif not tip.shown:
            await self._rooms.mark(tip.message_id, mark)
            await self._db.write(lambda tx: store.brought_back(tx, tip.id))

    async def _say(self, tip: Tip, mark: str) -> None:
        message_id = await self._rooms.say(tip, mark)
        if message_id is None:
            log.warning("a tip can't be shown in room %s; it is in the books all the same", tip.media_id)
            return

        def unit(tx: Transaction) -> None:
            if store.told(tx, tip.id, message_id):
                audience = outbox.org(tip.org_id)
                outbox.emit(tx, "tip.given", tip.media_id, audience, amount=tip.amount, currency=tip.currency)

        await self._db.write(unit)

    def _place(
        self,
        tx: Transaction,
        principal: Principal,
        place: Place,
        rules: TipRules,
        tip: Tip,
        buyer: Buyer,
        method: Method,
    ) -> Receipt:
        assert tip.person_id is not None, "whoever gives is logged in"
        if (tx.one(store.given_since(tip.person_id, tx.now - HOUR)) or 0) >= MOST_AN_HOUR:
            raise Conflict(text("You gave {most} tips within an hour, which is the most.", most=MOST_AN_HOUR))
        with self._languages.speaking(buyer.language):
            title = _("Tip: %(title)s") % {"title": place.title}
        shelf = furnish(tx, principal, ShelfKind.TIPS, place.org_id, place.media_id, title[:200], rules.currency)
        items = [one for one in tx.all(events.items(shelf.perf_id)) if one.tax_bp == rules.tax_bp]
        if not items:
            new = NewItem("Tip", ItemKind.ADD_ON, price=1, open_price=True, tax_bp=rules.tax_bp, most=1, hidden=True)
            items = [lay_out(tx, principal, shelf, new)]
        wishes = [Wish(items[0].id, 1, amount=tip.amount)]
        basket = self._taking.take(tx, shelf.perf_id, wishes, person_id=tip.person_id, public=False)
        made = self._placing.place(tx, basket, buyer, method, person_id=tip.person_id, seller=None)
        store.add(tx, tip, made.id)
        return read(tx, made.id)

    async def of_order(self, order_id: str) -> Tip:
        """Raises NotFound."""
        found = await self._db.one(store.of_order(order_id))
        if found is None:
            raise NotFound(text("There is no such tip."))
        return found
