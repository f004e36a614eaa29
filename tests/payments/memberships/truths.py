"""What must be true of memberships whatever went wrong, once the house has had time to ask."""

from novacast.clock import DAY, SECOND
from novacast.database import Query
from novacast.payments.memberships.billed import store as billed
from novacast.payments.memberships.models import TERMINAL, State
from novacast.tickets.proof.memberships.store import CONTRADICTIONS
from tests.fakes.stripe.invoicing import OVER
from tests.fakes.stripe.shapes import Object
from tests.payments.memberships.cards import CardClub

ROUNDS, HALF_HOUR = 60, 1800


async def recovered(club: CardClub) -> None:
    """As a house that runs on does: its sweeps, half an hour at a time, until nothing is left without an answer. Nobody
    comes back to a page."""
    for _round in range(ROUNDS):
        club.standin.account.tick()
        await club.inbox.sweep()
        await club.own.sweep()
        waits = [one for one in await club.all() if one.state is State.PENDING]
        if not waits and not await club.db.all(billed.asked(1)) and not await _owed(club):
            break
        club.clock.advance(HALF_HOUR)
    # What was settled while somebody asked about something else is told by the next look.
    club.clock.advance(2 * HALF_HOUR)
    club.standin.account.tick()
    await club.own.sweep()


async def check(club: CardClub, what: object = "") -> None:
    rows = await club.all()
    running = [one for one in rows if one.state not in TERMINAL]
    there = [one for one in club.standin.account.all("subscription") if one["status"] not in OVER]
    assert len(running) <= 1, f"{what}: {len(running)} of one circle"
    assert len(there) <= 1, f"{what}: {len(there)} are charged"
    for one in there:
        assert [row.reference for row in running] == [one["id"]], f"{what}: charged for what is over here"
    for row in rows:
        if row.state in TERMINAL:
            pages = [
                one for one in club.standin.account.all("checkout.session") if one["client_reference_id"] == row.id
            ]
            assert all(page["status"] != "open" for page in pages), f"{what}: a page where one can still pay"
    assert await club.opens() is any(covers(club, one) for one in there), f"{what}: open or shut, against what is paid"
    await money(club, what)


def covers(club: CardClub, one: Object) -> bool:
    """Whether what Stripe has is paid, in its trial or in its grace now; paused it is none of them."""
    now, item = club.clock.now() / SECOND, one["items"]["data"][0]
    if one["pause_collection"] is not None or one["status"] == "incomplete":
        return False
    latest = club.standin.account.get("invoice", one["latest_invoice"])
    paid = latest["status"] == "paid" or one["status"] == "trialing"
    if not paid and latest["billing_reason"] == "subscription_create":
        return False
    end = item["current_period_end"] if paid else item["current_period_start"]
    grace = 0 if one["cancel_at_period_end"] else club.grace * DAY / SECOND
    return bool(now < end + grace)


async def money(club: CardClub, what: object) -> None:
    """What was paid less what was given back is what the books say, to the cent."""
    balance = club.standin.money.balance("eur")
    assert await club.balance("clearing:stripe") == balance, f"{what}: the ledger is not what Stripe has"
    noted = "SELECT coalesce(sum(amount - refunded), 0) AS n FROM subscription_charges WHERE state = 'paid'"
    (paid,) = await club.db.all(Query(noted, (), lambda row: row["n"]))
    assert paid == balance, f"{what}: {paid} is noted, {balance} was moved"
    sums = await club.db.all(
        Query("SELECT sum(amount) AS n FROM ledger_balances GROUP BY org_id, currency", (), lambda row: row["n"])
    )
    assert set(sums) <= {0}, f"{what}: out of balance"
    for sql in CONTRADICTIONS:
        assert await club.db.all(Query(sql, (), lambda row: tuple(row))) == [], f"{what}: {sql}"
    numbers = await club.db.all(
        Query("SELECT max(number) - count(*) AS n FROM invoices GROUP BY kind, year", (), lambda row: row["n"])
    )
    assert set(numbers) <= {0}, f"{what}: a gap in the numbers of invoices"


async def _owed(club: CardClub) -> bool:
    sql = "SELECT 1 FROM subscription_refunds WHERE state IN ('submitted', 'pending') LIMIT 1"
    return bool(await club.db.all(Query(sql, (), lambda row: True)))
