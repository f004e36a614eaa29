"""An index by which tonight's takings are read at once, however many orders there are."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_overview")


@migrations()
def m001_paid(db: Any) -> None:
    statements(db, "CREATE INDEX box_log_paid ON box_log (at) WHERE action = 'order.paid'")
