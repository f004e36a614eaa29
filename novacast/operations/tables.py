"""The tables of all rooms of operations."""

from collections.abc import Sequence

from novacast.database import Migrations
from novacast.operations.alarms import schema as alarms_schema
from novacast.operations.audit import schema as audit_schema
from novacast.operations.imports import schema as imports_schema

MIGRATIONS: Sequence[Migrations] = (audit_schema.migrations, alarms_schema.migrations, imports_schema.migrations)
