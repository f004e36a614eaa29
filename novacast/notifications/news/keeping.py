"""What notices forget with time."""

from collections.abc import Sequence

from novacast.keeping import Rule
from novacast.notifications.news import store
from novacast.settings import Retention


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="notices",
            about="Notices: what people were told of, read or not",
            days=settings.notices_days,
            due=store.older,
            forget=store.prune,
        ),
    )
