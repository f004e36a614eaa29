"""All SQL of imports."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, translated, unpacked
from novacast.importing import Kind
from novacast.keeping import number
from novacast.operations.imports.mapping import checked, document
from novacast.operations.imports.models import MOST_ISSUES, Arrangement, Counts, Import, Issue, State

_PLAIN = (
    "id", "org_id", "name", "size", "digest", "source", "total", "position", "error", "runner", "beat_at", "created_by",
    "person_id", "created_at", "ended_at",
)  # fmt: skip
_COUNTS = ("made", "added", "known", "skipped", "notes")


def one(import_id: str) -> Query[Import]:
    return Query("SELECT * FROM data_imports WHERE id = ?", (import_id,), _import)


def listed(after: tuple[int, str], limit: int) -> Query[Import]:
    """Newest first."""
    return Query(
        "SELECT * FROM data_imports WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
        (*after, limit),
        _import,
    )


def unfinished(kind: Kind, org_id: str, digest: str) -> Query[Import]:
    """The last one of this very file that has begun, and has not come to its end."""
    return Query(
        "SELECT * FROM data_imports WHERE kind = ? AND org_id = ? AND digest = ? AND dry = 0 "
        "AND (state IN ('stopped', 'failed') OR state IN ('waiting', 'running')) ORDER BY created_at DESC LIMIT 1",
        (kind, org_id, digest),
        _import,
    )


def due(silent: int, called: int) -> Query[str]:
    """Those whose runner has not been heard of since `silent`, and those that wait since `called`."""
    return Query(
        "SELECT id FROM data_imports WHERE (state = 'running' AND beat_at < ?) OR (state = 'waiting' AND beat_at < ?) "
        "ORDER BY created_at LIMIT 20",
        (silent, called),
        lambda row: str(row["id"]),
    )


def called(tx: Transaction, import_id: str) -> None:
    """Somebody is told to run it; not again before they had the time to."""
    tx.run("UPDATE data_imports SET beat_at = ? WHERE id = ? AND state = 'waiting'", (tx.now, import_id))


def beat(tx: Transaction, import_id: str, runner: str) -> None:
    tx.run("UPDATE data_imports SET beat_at = ? WHERE id = ? AND runner = ?", (tx.now, import_id, runner))


def yielded(tx: Transaction, import_id: str, runner: str) -> bool:
    """Another is to go on with it."""
    return (
        tx.run(
            "UPDATE data_imports SET state = 'waiting', runner = '', beat_at = 0 WHERE id = ? AND runner = ? "
            "AND state = 'running'",
            (import_id, runner),
        )
        == 1
    )


def old(before: int) -> Query[str]:
    """Those whose file nobody has brought for so long."""
    return Query(
        "SELECT id FROM data_imports WHERE state NOT IN ('waiting', 'running', 'done') AND created_at < ? "
        "AND digest <> '' LIMIT 100",
        (before,),
        lambda row: str(row["id"]),
    )


def add(tx: Transaction, new: Import) -> None:
    tx.insert(
        "data_imports",
        **{name: getattr(new, name) for name in _PLAIN},
        kind=new.kind,
        invite=int(new.invite),
        state=new.state,
        mapping=_json(document(new.mapping)),
    )


def arrived(
    tx: Transaction,
    import_id: str,
    *,
    size: int,
    digest: str,
    source: str,
    headings: Sequence[str],
    sample: Sequence[Mapping[str, str]],
) -> None:
    tx.run(
        "UPDATE data_imports SET size = ?, digest = ?, source = ?, headings = ?, sample = ?, state = 'ready', "
        "error = '' WHERE id = ?",
        (size, digest, source, _json(headings), _json(sample), import_id),
    )


def set_mapping(tx: Transaction, import_id: str, mapping: Arrangement, source: str, *, invite: bool) -> None:
    tx.run(
        "UPDATE data_imports SET mapping = ?, source = ?, invite = ? WHERE id = ?",
        (_json(document(mapping)), source, int(invite), import_id),
    )


def wait(tx: Transaction, import_id: str, *, dry: bool, again: bool) -> None:
    """`again`: from the first record on; else where it was."""
    anew = ", total = NULL, position = 0, place = 0, made = 0, added = 0, known = 0, skipped = 0, notes = 0"
    tx.run(
        f"UPDATE data_imports SET state = 'waiting', dry = ?, error = '', runner = '', beat_at = 0, ended_at = NULL"  # noqa: S608 - a text of ours
        f"{anew if again else ''} WHERE id = ?",
        (int(dry), import_id),
    )
    if again:
        tx.run("DELETE FROM import_issues WHERE import_id = ?", (import_id,))


def take(tx: Transaction, import_id: str, runner: str, before: int) -> bool:
    """False: another runs it, or nobody is to."""
    return (
        tx.run(
            "UPDATE data_imports SET state = 'running', runner = ?, beat_at = ? WHERE id = ? "
            "AND (state = 'waiting' OR (state = 'running' AND (beat_at < ? OR runner = ?)))",
            (runner, tx.now, import_id, before, runner),
        )
        == 1
    )


def counted(tx: Transaction, import_id: str, runner: str, total: int) -> bool:
    return (
        tx.run(
            "UPDATE data_imports SET total = ?, beat_at = ? WHERE id = ? AND runner = ? AND state = 'running'",
            (total, tx.now, import_id, runner),
        )
        == 1
    )


def is_mine(import_id: str, runner: str) -> Query[bool]:
    return Query(
        "SELECT 1 FROM data_imports WHERE id = ? AND runner = ? AND state = 'running'",
        (import_id, runner),
        lambda _: True,
    )


def place(import_id: str) -> Query[int]:
    """Bytes of its records that are over with."""
    return Query("SELECT place FROM data_imports WHERE id = ?", (import_id,), lambda row: int(row["place"]))


def advance(
    tx: Transaction, import_id: str, runner: str, *, records: int, to: int, counts: Counts, issues: Sequence[Issue]
) -> bool:
    """So many records are over with, up to the byte `to`. False: it is another's now, or was stopped."""
    sets = ", ".join(f"{name} = {name} + :{name}" for name in _COUNTS)
    mine = tx.run(
        f"UPDATE data_imports SET position = position + :records, place = :to, beat_at = :now, {sets} "  # noqa: S608 - names of ours
        "WHERE id = :id AND runner = :runner AND state = 'running'",
        {
            "records": records, "to": to, "now": tx.now, "id": import_id, "runner": runner,
            **{name: getattr(counts, name) for name in _COUNTS},
        },
    )  # fmt: skip
    if not mine:
        return False
    kept = tx.one(
        Query("SELECT count(*) FROM import_issues WHERE import_id = ?", (import_id,), lambda row: int(row[0]))
    )
    for issue in issues[: max(0, MOST_ISSUES - (kept or 0))]:
        tx.insert(
            "import_issues",
            import_id=import_id,
            row=issue.row,
            key=issue.key[:200],
            skipped=int(issue.skipped),
            reason=packed(issue.reason),
        )
    return True


def end(tx: Transaction, import_id: str, state: State, error: str = "", runner: str | None = None) -> bool:
    """`runner`: only while it is this one's."""
    return (
        tx.run(
            "UPDATE data_imports SET state = :state, error = :error, ended_at = :now, runner = '', "
            "sample = CASE :state WHEN 'done' THEN '[]' ELSE sample END WHERE id = :id "
            "AND (:runner IS NULL OR (runner = :runner AND state = 'running'))",
            {"state": state, "error": packed(error), "now": tx.now, "id": import_id, "runner": runner},
        )
        == 1
    )


def drop(tx: Transaction, import_id: str) -> None:
    tx.run("DELETE FROM data_imports WHERE id = ?", (import_id,))


def forget_file(tx: Transaction, import_id: str) -> None:
    """What it showed of the file goes with it."""
    tx.run("UPDATE data_imports SET digest = '', sample = '[]', state = CASE state WHEN 'done' THEN 'done' "
           "ELSE 'arriving' END WHERE id = ?", (import_id,))  # fmt: skip


_OLD = "FROM data_imports WHERE created_at < ?1 AND state NOT IN ('waiting', 'running')"


def older(before: int) -> Query[int]:
    return number(f"SELECT count(*) {_OLD}", before)


def prune(tx: Transaction, before: int, limit: int) -> int:
    """What came over stays, and is known by its links."""
    return tx.run(f"DELETE FROM data_imports WHERE id IN (SELECT id {_OLD} LIMIT ?2)", (before, limit))  # noqa: S608 - constants


def issues(import_id: str, behind: int, limit: int) -> Query[Issue]:
    return Query(
        "SELECT * FROM import_issues WHERE import_id = ? AND n > ? ORDER BY n LIMIT ?",
        (import_id, behind, limit),
        lambda row: Issue(row["n"], row["row"], row["key"], bool(row["skipped"]), translated(unpacked(row["reason"]))),
    )


def link(org_id: str, source: str, kind: str, key: str) -> Query[tuple[str, str, int]]:
    """Our id, and the import and row that it came by."""
    return Query(
        "SELECT id, import_id, row FROM import_links WHERE org_id = ? AND source = ? AND kind = ? AND key = ?",
        (org_id, source, kind, key),
        lambda row: (row["id"], row["import_id"], row["row"]),
    )


def keep_link(tx: Transaction, one: Import, row: int, kind: str, key: str, id_: str, *, made: bool) -> None:
    tx.insert(
        "import_links",
        org_id=one.org_id,
        source=one.source,
        kind=kind,
        key=key,
        id=id_,
        import_id=one.id,
        row=row,
        made=int(made),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _import(row: Row) -> Import:
    kind = Kind(row["kind"])
    return Import(
        **{name: row[name] for name in _PLAIN if name != "error"},
        error=translated(unpacked(row["error"])),
        kind=kind,
        headings=json.loads(row["headings"]),
        sample=json.loads(row["sample"]),
        mapping=checked(json.loads(row["mapping"]), kind),
        invite=bool(row["invite"]),
        dry=bool(row["dry"]),
        state=State(row["state"]),
        counts=Counts(**{name: row[name] for name in _COUNTS}),
    )
