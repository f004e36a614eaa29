"""What accounts forgets with time."""

from collections.abc import Sequence

from novacast.accounts.journal import store as journal
from novacast.accounts.sessions import store as sessions
from novacast.keeping import Rule
from novacast.settings import Retention


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="sessions",
            about="Sessions that ended, with the device and network address last seen",
            days=settings.sessions_days,
            due=sessions.dead,
            forget=sessions.drop_dead,
        ),
        Rule(
            name="account",
            about="What happened to accounts",
            days=settings.account_days,
            due=journal.older,
            forget=journal.prune,
        ),
    )
