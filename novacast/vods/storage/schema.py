"""Tables of storage: what organizations may have, and what was dropped of videos."""

from collections.abc import Iterator
from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_storage")


@migrations()
def m001_storage(db: Any) -> None:
    statements(
        db,
        "CREATE TABLE storage_quotas (org_id TEXT PRIMARY KEY, bytes INTEGER CHECK (bytes >= 0)) STRICT, WITHOUT ROWID",
        """CREATE TABLE storage_reduced (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            edition TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE storage_asked (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE storage_dropped (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        # A file that replaces the original is there again.
        """CREATE TRIGGER storage_returned AFTER UPDATE OF source_bytes ON videos BEGIN
            DELETE FROM storage_dropped WHERE video_id = new.id;
        END""",
        "CREATE INDEX transcodes_done ON transcodes (ended_at) WHERE state = 'done'",
    )


@migrations()
def m002_weights(db: Any) -> None:
    """A row for each video, so that an organization's sum is read from an index. `at`: when its files were measured; 0:
    not yet, or no more what they are."""
    statements(
        db,
        """CREATE TABLE storage_weights (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            org_id TEXT NOT NULL,
            renditions INTEGER NOT NULL DEFAULT 0 CHECK (renditions >= 0),
            pictures INTEGER NOT NULL DEFAULT 0 CHECK (pictures >= 0),
            captions INTEGER NOT NULL DEFAULT 0 CHECK (captions >= 0),
            at INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO storage_weights (video_id, org_id) SELECT id, org_id FROM videos",
        """CREATE TRIGGER storage_weighs AFTER INSERT ON videos BEGIN
            INSERT INTO storage_weights (video_id, org_id) VALUES (new.id, new.org_id);
        END""",
        "CREATE INDEX storage_weights_org ON storage_weights (org_id, renditions, pictures, captions)",
        "CREATE INDEX storage_weights_at ON storage_weights (at)",
    )


@migrations()
def m003_totals(db: Any) -> None:
    """What an organization has as sums that are kept up to date: the studio's page can't add up a hundred thousand rows
    each time. Triggers keep them, so that no way to a row passes them by. An original that was dropped is remembered
    with its size: when that row goes, alone or with its video, as much counts again, and goes with the video's.
    """
    statements(
        db,
        """CREATE TABLE storage_totals (
            org_id TEXT PRIMARY KEY,
            originals INTEGER NOT NULL DEFAULT 0,
            renditions INTEGER NOT NULL DEFAULT 0,
            pictures INTEGER NOT NULL DEFAULT 0,
            captions INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID""",
        "ALTER TABLE storage_dropped ADD COLUMN org_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE storage_dropped ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
        """UPDATE storage_dropped SET (org_id, bytes) = (
            SELECT org_id, source_bytes FROM videos WHERE videos.id = storage_dropped.video_id)""",
        """INSERT INTO storage_totals SELECT videos.org_id, sum(source_bytes - coalesce(storage_dropped.bytes, 0)),
            sum(renditions), sum(pictures), sum(captions)
        FROM videos JOIN storage_weights ON storage_weights.video_id = videos.id
        LEFT JOIN storage_dropped ON storage_dropped.video_id = videos.id GROUP BY videos.org_id""",
        *_kept("videos", originals="{row}.source_bytes"),
        *_kept("storage_weights", **{name: f"{{row}}.{name}" for name in ("renditions", "pictures", "captions")}),
        *_kept("storage_dropped", originals="-{row}.bytes"),
        "DROP INDEX storage_weights_org",
    )


def _kept(table: str, **sums: str) -> Iterator[str]:
    """Triggers that add what a row counts, as it is now, to its organization's sums, and take away what it was."""
    names, columns = ", ".join(sums), ", ".join(value.rpartition(".")[2] for value in sums.values())
    adding = ", ".join(f"{name} = {name} + excluded.{name}" for name in sums)

    def step(row: str, sign: str) -> str:
        values = ", ".join(f"{sign} ({value.format(row=row)})" for value in sums.values())
        added = f"INSERT INTO storage_totals (org_id, {names}) VALUES ({row}.org_id, {values})"  # noqa: S608 - names of ours
        return f"{added} ON CONFLICT (org_id) DO UPDATE SET {adding};"

    gone, there = step("old", "-"), step("new", "+")
    for when, steps in (("INSERT", there), (f"UPDATE OF org_id, {columns}", f"{gone} {there}"), ("DELETE", gone)):
        name = f"storage_totals_{table}_{when.split()[0].lower()}"
        yield f"CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN {steps} END"
