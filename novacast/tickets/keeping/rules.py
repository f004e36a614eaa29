"""The rules: names and addresses go, rows stay, so that every number adds up as before."""

from collections.abc import Sequence

from novacast.keeping import Rule
from novacast.settings import Retention
from novacast.tickets.keeping import store


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="unpaid",
            about="Names and addresses in orders that were never paid, and that ended",
            days=settings.unpaid_days,
            due=store.unpaid,
            forget=store.unname_unpaid,
        ),
        Rule(
            name="waiting",
            about="Addresses on waiting lists, after they were left or the performance is over",
            days=settings.waiting_days,
            due=store.waited,
            forget=store.unname_waited,
        ),
    )
