"""What live forgets with time."""

from collections.abc import Sequence

from novacast.keeping import Rule
from novacast.live import store
from novacast.settings import Retention


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="live",
            about="Who did what with channels and stream keys, and addresses that encoders came from",
            days=settings.live_days,
            due=store.old,
            forget=store.forget_old,
        ),
    )
