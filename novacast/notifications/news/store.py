"""SQL of occasions and notices."""

import json
from collections.abc import Collection, Sequence

from novacast.clock import DAY
from novacast.database import Query, Row, Transaction
from novacast.identity import new_id
from novacast.keeping import number
from novacast.notifications.kinds import Kind
from novacast.notifications.news.models import News, Notice, Occasion

START = (2**63 - 1, "")


def occasion(occasion_id: str) -> Query[Occasion]:
    return Query("SELECT * FROM news_occasions WHERE id = ?", (occasion_id,), _occasion)


def known(keys: Collection[str]) -> Query[str]:
    """Which of these there were already."""
    marks = ", ".join("?" * len(keys))
    return Query(f"SELECT key FROM news_occasions WHERE key IN ({marks})", tuple(keys), lambda row: str(row["key"]))  # noqa: S608 - question marks only


def unfinished(limit: int) -> Query[str]:
    return Query(
        "SELECT id FROM news_occasions WHERE ended_at IS NULL ORDER BY created_at LIMIT ?",
        (limit,),
        lambda row: str(row["id"]),
    )


def begin(tx: Transaction, kind: Kind, subject: str, key: str, things: Sequence[str] = ()) -> str | None:
    """Its id; None: there was one."""
    made = new_id()
    added = tx.run(
        "INSERT INTO news_occasions (id, kind, subject, key, things, created_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (key) DO NOTHING",
        (made, kind, subject, key, json.dumps(list(things)), tx.now),
    )
    return made if added else None


def go_on(tx: Transaction, occasion_id: str, stage: int, after: str) -> None:
    tx.run("UPDATE news_occasions SET stage = ?, after = ? WHERE id = ?", (stage, after, occasion_id))


def end(tx: Transaction, occasion_id: str) -> None:
    tx.run("UPDATE news_occasions SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (tx.now, occasion_id))


def add(tx: Transaction, reader: str, key: str, kind: Kind, news: News, *, shown: bool, sent: bool) -> str | None:
    """Its id; None: they were told already. `sent`: by mail or push."""
    made = new_id()
    added = tx.run(
        "INSERT INTO news_notices (id, reader, key, kind, news, path, shown, sent, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (reader, key) DO NOTHING",
        (
            made,
            reader,
            key,
            kind,
            json.dumps(news.kept(), ensure_ascii=False),
            news.path,
            int(shown),
            int(sent),
            tx.now,
        ),
    )
    return made if added else None


def sent_lately(reader: str, now: int, kinds: Collection[Kind]) -> Query[int]:
    """Notices of these kinds that were mailed or pushed within a day."""
    marks = ", ".join("?" * len(kinds))
    return Query(
        f"SELECT count(*) FROM news_notices WHERE reader = ? AND at > ? AND sent = 1 AND kind IN ({marks})",  # noqa: S608 - question marks only
        (reader, now - DAY, *sorted(kinds)),
        lambda row: int(row[0]),
    )


def shown(reader: str, start: tuple[int, str], limit: int) -> Query[Notice]:
    """The latest first."""
    return Query(
        "SELECT * FROM news_notices WHERE reader = ? AND shown = 1 AND (at, id) < (?, ?) ORDER BY at DESC, id DESC "
        "LIMIT ?",
        (reader, *start, limit),
        _notice,
    )


def unread(reader: str) -> Query[int]:
    """Up to a hundred."""
    return Query(
        "SELECT count(*) FROM (SELECT 1 FROM news_notices WHERE reader = ? AND shown = 1 AND read_at IS NULL "
        "LIMIT 100)",
        (reader,),
        lambda row: int(row[0]),
    )


def of_reader(reader: str) -> Query[Notice]:
    return Query("SELECT * FROM news_notices WHERE reader = ? ORDER BY at, id", (reader,), _notice)


def mark_read(tx: Transaction, reader: str) -> int:
    return tx.run(
        "UPDATE news_notices SET read_at = ? WHERE reader = ? AND shown = 1 AND read_at IS NULL", (tx.now, reader)
    )


def forget(tx: Transaction, reader: str) -> None:
    tx.run("DELETE FROM news_notices WHERE reader = ?", (reader,))


def older(before: int) -> Query[int]:
    """Notices of before this instant."""
    return number("SELECT count(*) FROM news_notices WHERE at < ?", before)


def prune(tx: Transaction, before: int, limit: int) -> int:
    return tx.run("DELETE FROM news_notices WHERE id IN (SELECT id FROM news_notices WHERE at < ? LIMIT ?)",
                  (before, limit))  # fmt: skip


def prune_occasions(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM news_occasions WHERE ended_at < ?", (before,))


def _occasion(row: Row) -> Occasion:
    return Occasion(
        row["id"],
        Kind(row["kind"]),
        row["subject"],
        row["key"],
        json.loads(row["things"]),
        row["stage"],
        row["after"],
        row["ended_at"] is not None,
    )


def _notice(row: Row) -> Notice:
    return Notice(
        row["id"], Kind(row["kind"]), News(path=row["path"], **json.loads(row["news"])), row["at"], row["read_at"]
    )
