"""The box office as one machine: any order of what buyers, sellers, providers and clocks do, with crashes at every
commit, and the books in order after each step.

A crash falls before a commit, so that nothing of it is there, or behind it, so that whoever asked never hears of it.
"""

import asyncio
import shutil
from collections.abc import Coroutine
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from novacast.clock import SECOND
from novacast.errors import NovaCastError
from novacast.money import Repaid
from novacast.payments.ledger.service import Ledger
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.cancelling.models import Policy
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.editing.models import Instead
from novacast.tickets.holds.models import Basket, Wish
from novacast.tickets.orders.models import Method, Receipt, buyer_of
from novacast.tickets.refunds.hearing import hear
from novacast.tickets.refunds.models import Way
from novacast.tickets.waiting.models import Waiter
from novacast.tickets.waiting.service import Wanting
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.tickets.box import BEN, GUEST, OWNER, SELLER, Box, furnished, services
from tests.tickets.doors import door, scan
from tests.tickets.fragile import Crash, Fragile
from tests.tickets.reckoning import agrees

T = TypeVar("T")


class BoxOffice(RuleBasedStateMachine):
    baskets: Bundle[Basket] = Bundle("baskets")
    orders: Bundle[Receipt] = Bundle("orders")
    waiters: Bundle[Waiter] = Bundle("waiters")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(mkdtemp(prefix="novacast-tests-"))
        self.clock = FakeClock()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def tried(self, work: Coroutine[Any, Any, T]) -> T | None:
        """None where the house refuses, or crashes; then it starts again."""
        try:
            return self.run(work)
        except Crash:
            self.restart()
        except NovaCastError:
            pass
        finally:
            self.db.fuse = -1
        return None

    def restart(self) -> None:
        self.run(self.db.close())
        self.db = self.run(Fragile.open(self.folder / "machine.db", self.clock, readers=1, guards=GUARDS))
        self.box.db, self.box.own = self.db, services(self.db, self.clock)

    @initialize()
    def found(self) -> None:
        migrated(self.folder / "machine.db", MIGRATIONS)
        self.db = self.run(Fragile.open(self.folder / "machine.db", self.clock, readers=1, guards=GUARDS))
        self.box: Box = self.run(furnished(self.db, self.clock, services(self.db, self.clock)))
        for code, kept in (("THREE", None), ("KEPT", 2)):
            given = frozenset({"percent_bp", "capacity"} | ({"reserved"} if kept else set()))
            changes = CodeChanges(
                given, code=code, perf_id=self.box.night.id, percent_bp=2500, capacity=3, reserved=kept
            )
            self.run(self.box.own.codes.create(OWNER, self.box.night.event_id, changes))
        policy = Policy(hours=1, fee_bp=500, fee_amount=10, returns_fees=True)
        self.run(self.box.own.cancelling.decide(OWNER, self.box.night.event_id, policy))
        self.list = self.run(door(self.box, reentry=True))

    @rule(fuse=st.integers(1, 6), late=st.booleans())
    def light_the_fuse(self, fuse: int, late: bool) -> None:
        self.db.fuse, self.db.late = fuse, late

    @rule(target=baskets, seats=st.integers(0, 3), standing=st.integers(0, 3))
    def take(self, seats: int, standing: int) -> Any:
        wishes = [Wish(self.box.seats.id, seats)] * bool(seats) + [Wish(self.box.room.id, standing)] * bool(standing)
        taken = self.tried(self.box.take(*wishes)) if wishes else None
        return taken if taken is not None else multiple()

    @rule(basket=baskets)
    def extend(self, basket: Basket) -> None:
        self.tried(self.box.own.holds.extend(self.box.token(basket)))

    @rule(basket=baskets)
    def release(self, basket: Basket) -> None:
        self.tried(self.box.own.holds.release(self.box.token(basket)))

    @rule(target=orders, basket=baskets, method=st.sampled_from([Method.SANDBOX, Method.TRANSFER]))
    def order(self, basket: Basket, method: Method) -> Any:
        placed = self.tried(self.box.order(basket, method))
        return placed if placed is not None else multiple()

    @rule(target=baskets, count=st.integers(1, 3), code=st.sampled_from(["THREE", "KEPT"]))
    def take_with_a_code(self, count: int, code: str) -> Any:
        wishes = [Wish(self.box.room.id, count)]
        taken = self.tried(self.box.own.holds.take(GUEST, self.box.night.id, wishes, code=code))
        return taken if taken is not None else multiple()

    @rule(target=baskets, basket=baskets, code=st.sampled_from(["THREE", "KEPT", ""]))
    def recode(self, basket: Basket, code: str) -> Any:
        after = self.tried(self.box.own.holds.recode(GUEST, self.box.token(basket), code))
        return after if after is not None else multiple()

    @rule(target=waiters, name=st.integers(0, 5), seated=st.booleans(), count=st.integers(1, 3), fewer=st.booleans())
    def wait(self, name: int, seated: bool, count: int, fewer: bool) -> Any:
        item = self.box.seats if seated else self.box.room
        wanted = Wanting(item.id, count, fewer, f"{name}@example.org")
        joined = self.tried(self.box.own.waiting.join(GUEST, self.box.night.id, wanted))
        return joined if joined is not None else multiple()

    @rule(waiter=waiters)
    def confirm(self, waiter: Waiter) -> None:
        self.tried(self.box.own.waiting.confirm(self.box.own.waiting.token(waiter.id)))

    @rule(waiter=waiters)
    def wait_no_more(self, waiter: Waiter) -> None:
        self.tried(self.box.own.waiting.leave(self.box.own.waiting.token(waiter.id)))

    @rule(target=orders, waiter=waiters)
    def buy_what_is_offered(self, waiter: Waiter) -> Any:
        found = self.run(self.box.own.waiting.show(self.box.own.waiting.token(waiter.id)))
        if found.waiter.hold_id is None:
            return multiple()
        token = self.box.own.holds.token(found.waiter.hold_id)
        buyer = buyer_of("Ada", waiter.email, "en")
        placed = self.tried(self.box.own.orders.place(GUEST, token, buyer, Method.SANDBOX))
        return placed if placed is not None else multiple()

    @rule()
    def serve_the_line(self) -> None:
        self.tried(self.box.own.waiting.sweep())

    @rule(receipt=orders, paid=st.booleans())
    def decide(self, receipt: Receipt, paid: bool) -> None:
        self.tried(self.box.decide(receipt, paid=paid))

    @rule(receipt=orders)
    def begin_to_pay(self, receipt: Receipt) -> None:
        self.tried(self.box.own.orders.pay(self.box.own.orders.token(receipt.order.id)))

    @rule(receipt=orders)
    def transfer(self, receipt: Receipt) -> None:
        self.tried(self.box.own.orders.mark_paid(SELLER, self.box.night.org_id, receipt.order.id, None))

    @rule(receipt=orders)
    def give_up(self, receipt: Receipt) -> None:
        self.tried(self.box.own.orders.give_up(self.box.own.orders.token(receipt.order.id)))

    @rule(receipt=orders)
    def cancel(self, receipt: Receipt) -> None:
        self.tried(self.box.own.orders.cancel(SELLER, self.box.night.org_id, receipt.order.id, ""))

    @rule(count=st.integers(1, 3), method=st.sampled_from([Method.CASH, Method.COMPLIMENTARY]))
    def sell(self, count: int, method: Method) -> None:
        self.tried(self.box.sold(count, method))

    @rule(receipt=orders)
    def reissue(self, receipt: Receipt) -> None:
        tickets = self.run(self.box.own.admission.of_order(receipt.order.id))
        if tickets:
            self.tried(self.box.own.admission.reissue(SELLER, self.box.night.org_id, tickets[-1].id, "Ben"))

    @rule(receipt=orders, taken=st.booleans())
    def hand_on(self, receipt: Receipt, taken: bool) -> None:
        holders, token = self.box.own.holders, self.box.own.orders.token(receipt.order.id)
        for ticket in self.run(self.box.own.admission.of_order(receipt.order.id))[-1:]:
            find = holders.of_order(token, ticket.id)
            offer = self.tried(holders.offer(GUEST, find, buyer_of("Ben", "ben@example.org", "en")))
            if offer is not None and taken:
                self.tried(holders.accept(BEN, holders.link(offer.id)))

    @rule(receipt=orders, count=st.integers(1, 3))
    def give_back(self, receipt: Receipt, count: int) -> None:
        token = self.box.own.orders.token(receipt.order.id)
        quote = self.tried(self.box.own.cancelling.quote(token))
        if quote is not None:
            chosen = quote.chosen([one.ticket_id for one in quote.lines[:count]])
            ids = [one.ticket_id for one in chosen.lines]
            self.tried(self.box.own.cancelling.give_back(GUEST, token, ids, chosen.back))

    @rule(receipt=orders, amount=st.sampled_from([1, 333, 1000, 2050]))
    def grant(self, receipt: Receipt, amount: int) -> None:
        self.tried(self.box.own.refunds.grant(SELLER, self.box.night.org_id, receipt.order.id, amount, ""))

    @rule()
    def give_money_back(self) -> None:
        self.tried(self.box.own.refunds.sweep())

    @rule()
    def decide_about_late_money(self) -> None:
        self.tried(self.box.own.late.sweep())

    @rule(receipt=orders)
    def fail_a_refund(self, receipt: Receipt) -> None:
        """The bank sends it back, and the house tries again."""
        refunds = self.run(self.box.own.refunds.of_order(receipt.order.id))
        if refunds:
            last = refunds[-1]
            told = Repaid("failed", last.amount, last.reference, "account_closed")
            self.tried(self.db.write(lambda tx: hear(tx, Ledger(), last.id, told)))
            self.tried(self.box.own.refunds.again(SELLER, self.box.night.org_id, last.id, None))

    @rule()
    def pay_back_by_hand(self) -> None:
        page = self.run(self.box.own.refunds.of_org(SELLER, self.box.night.org_id, (), None, 3))
        for one in page.items:
            self.tried(self.box.own.refunds.given(SELLER, self.box.night.org_id, one.refund.id, Way.CASH, "till"))

    @rule()
    def earn(self) -> None:
        self.tried(self.box.own.accounting.sweep())

    @rule(receipt=orders, seat=st.integers(1, 10))
    def move_seat(self, receipt: Receipt, seat: int) -> None:
        for ticket in self.run(self.box.own.admission.of_order(receipt.order.id))[:1]:
            place = f"Stalls/A/{seat}"
            org = self.box.night.org_id
            self.tried(self.box.own.moving.move(SELLER, org, receipt.order.id, ticket.id, place))

    @rule(receipt=orders, seat=st.integers(0, 10), method=st.sampled_from([Method.CASH, Method.COMPLIMENTARY, None]))
    def exchange(self, receipt: Receipt, seat: int, method: Method | None) -> None:
        """Into a seat, or a place to stand; by the house, or by the buyer within the rules."""
        box, order_id, edit = self.box, receipt.order.id, self.box.own.editing
        instead = Instead(box.seats.id, f"Stalls/B/{seat}") if seat else Instead(box.room.id)
        for ticket in self.run(box.own.admission.of_order(order_id))[:1]:
            at = (SELLER, box.night.org_id, order_id, ticket.id, instead)
            find = box.own.holders.of_order(box.own.orders.token(order_id), ticket.id)
            if method is None and (quote := self.tried(edit.own_quote(find, instead))) is not None:
                self.tried(edit.exchange_own(GUEST, find, instead, quote.back))
            elif (found := self.tried(edit.quote(*at))) is not None:
                self.tried(edit.exchange(*at, found.difference, method))

    @rule(receipt=orders, count=st.integers(1, 2), method=st.sampled_from([Method.CASH, Method.COMPLIMENTARY]))
    def add_to_an_order(self, receipt: Receipt, count: int, method: Method) -> None:
        wishes = [Wish(self.box.room.id, count)]
        self.tried(self.box.own.editing.add(SELLER, self.box.night.org_id, receipt.order.id, wishes, method))

    @rule(target=baskets, receipt=orders, seat=st.integers(1, 10))
    def buy_what_is_dearer(self, receipt: Receipt, seat: int) -> Any:
        box, instead = self.box, Instead(self.box.seats.id, f"Stalls/A/{seat}")
        for ticket in self.run(box.own.admission.of_order(receipt.order.id))[:1]:
            find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), ticket.id)
            return self.tried(box.own.editing.buy_dearer(GUEST, find, instead)) or multiple()
        return multiple()

    @rule(receipt=orders, leaving=st.booleans())
    def check_in(self, receipt: Receipt, leaving: bool) -> None:
        tickets = self.run(self.box.own.admission.of_order(receipt.order.id))
        for code in self.run(self.box.own.admission.codes(tickets)).values():
            self.tried(scan(self.box, self.list, code, leaving=leaving))

    @rule(minutes=st.sampled_from([1, 5, 9, 10, 31, 24 * 60]))
    def pass_time(self, minutes: int) -> None:
        self.clock.advance(minutes * 60)

    @rule(minutes=st.sampled_from([1, 2, 60, 3000]))
    def set_the_clock(self, minutes: int) -> None:
        """Ahead; backwards the house's own clock never goes within a process (tests/test_clock.py)."""
        self.clock.set_now(self.clock.now() + minutes * 60 * SECOND)

    @rule()
    def confirm_the_clock(self) -> None:
        self.tried(self.box.own.expiry.confirm())

    @rule()
    def sweep(self) -> None:
        self.tried(self.box.own.holds.sweep())
        self.tried(self.box.own.closing.sweep())

    @rule()
    def crash(self) -> None:
        self.restart()

    @rule(basket=consumes(baskets))
    def forget(self, basket: Basket) -> None: ...

    @invariant()
    def the_books_are_in_order(self) -> None:
        if not hasattr(self, "box"):
            return
        audit = self.run(self.box.own.proof.audit(attack=False))
        assert audit.clean, (audit.broken, audit.attacks)

    def teardown(self) -> None:
        if hasattr(self, "box"):
            self.money_and_seats_agree()
            self.run(self.db.close())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def money_and_seats_agree(self) -> None:
        """In the end: who paid has tickets or is waited for by name, and what nobody has is for sale."""
        self.db.fuse = -1
        self.run(self.box.own.expiry.confirm())
        self.clock.advance(3600)
        for _ in range(2):
            self.tried(self.box.own.holds.sweep())
            self.tried(self.box.own.closing.sweep())
            self.tried(self.box.own.late.sweep())
            self.tried(self.box.own.refunds.sweep())
        self.run(agrees(self.box))
        self.the_books_are_in_order()


@pytest.mark.parametrize("steps", [15])
def test_the_books_are_in_order_whatever_happens(steps: int) -> None:
    run_state_machine_as_test(
        BoxOffice,
        settings=settings(
            max_examples=5, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
def test_the_books_are_in_order_whatever_happens_for_long() -> None:
    run_state_machine_as_test(
        BoxOffice,
        settings=settings(
            max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
