"""An index by which failures of the last day are counted at once, however many videos there are."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_overview")


@migrations()
def m001_failed(db: Any) -> None:
    statements(db, "CREATE INDEX transcodes_failed ON transcodes (ended_at) WHERE state = 'failed'")
