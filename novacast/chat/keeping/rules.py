"""The rule: a room goes as a whole, so that no answer stands there without its question."""

from collections.abc import Sequence

from novacast.chat.keeping import store
from novacast.keeping import Rule
from novacast.settings import Retention


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="chat",
            about="Messages of rooms in which nothing was said for so long",
            days=settings.chat_days,
            due=store.quiet,
            forget=store.empty_quiet,
        ),
    )
