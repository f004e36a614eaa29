"""What imports forget with time."""

from collections.abc import Sequence

from novacast.keeping import Rule
from novacast.operations.imports import store
from novacast.settings import Retention


def rules(settings: Retention) -> Sequence[Rule]:
    return (
        Rule(
            name="imports",
            about="Imports that are over, with the names of their files and the reports of what was left out",
            days=settings.imports_days,
            due=store.older,
            forget=store.prune,
        ),
    )
