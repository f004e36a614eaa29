"""SQLite: one writer with group commit per process, read-only readers, migrations."""

from novacast.database.changes import Changes
from novacast.database.connection import DatabaseError, Guards, IntegrityError, Row
from novacast.database.database import Database, View
from novacast.database.migrations import Migrations, migrate, pending, statements
from novacast.database.query import Page, Query, keyset
from novacast.database.transaction import Then, Transaction

__all__ = [
    "Changes",
    "Database",
    "DatabaseError",
    "Guards",
    "IntegrityError",
    "Migrations",
    "Page",
    "Query",
    "Row",
    "Then",
    "Transaction",
    "View",
    "keyset",
    "migrate",
    "pending",
    "statements",
]
