"""What the console reads of imports."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class ImportField:
    name: str
    about: str
    needed: bool


@dataclass(frozen=True, slots=True)
class ImportCounts:
    made: int
    added: int
    known: int
    skipped: int
    notes: int


@dataclass(frozen=True, slots=True)
class DataImport:
    """A file of another system, and how far it is."""

    id: str
    kind: str
    organization: str
    name: str
    source: str
    headings: Sequence[str]
    fields: Sequence[ImportField]
    mapping: Mapping[str, Any]
    """As a mapping file has it."""
    dry: bool
    state: str
    total: int | None
    position: int
    counts: ImportCounts
    error: str
    created_at: str

    @property
    def columns(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.mapping.get("columns", {})
        return found

    @property
    def defaults(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.mapping.get("defaults", {})
        return found


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """How far an import is taken back."""

    undone: int
    kept: int
    begun_at: str | None
    ended_at: str | None


@dataclass(frozen=True, slots=True)
class KeptThing:
    """What stays of an import that was undone."""

    kind: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issue:
    """What an import left out."""

    row: int
    key: str
    what: str
    reason: str
