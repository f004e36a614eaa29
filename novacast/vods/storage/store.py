"""All SQL about storage."""

import json
from collections.abc import Sequence

from novacast.clock import DAY, SECOND
from novacast.database import Query, Row, Transaction
from novacast.vods.storage.models import SAMPLES, Heavy, Known, Sample, Usage, Weight

_SEGMENTS = """coalesce(videos.media_bytes,
    (SELECT sum(rungs.bytes) FROM rungs WHERE rungs.video_id = videos.id AND rungs.state = 'published'), 0)"""
"""What rows say of renditions: of their segments alone."""
_LIVE = "transcodes.state IN ('queued', 'running')"
_OVER = "transcodes.state IN ('done', 'failed', 'cancelled')"
_WATCHED = f"""max(coalesce(videos.published_at, 0), coalesce((SELECT max(updated_at) FROM positions
    WHERE positions.video_id = videos.id), 0), coalesce((SELECT (max(day) + 1) * {DAY} FROM view_days
    WHERE view_days.video_id = videos.id), 0), coalesce((SELECT at FROM storage_asked
    WHERE storage_asked.video_id = videos.id), 0))"""  # noqa: S608 - a number of ours
"""When a video was watched last, to the day."""


def usage(org_id: str, default: int | None) -> Query[Usage]:
    """Sums that are kept, and of the few videos that are being made or were not measured yet what rows say more of
    them. Costs the same with any number of videos: CROSS JOIN has SQLite begin with the few."""
    return Query(
        f"""SELECT
            total.originals, total.renditions + (
                SELECT coalesce(sum(max(0, {_SEGMENTS} - weights.renditions)), 0) FROM (
                    SELECT video_id AS id FROM transcodes WHERE {_LIVE}
                    UNION SELECT video_id FROM storage_weights WHERE at = 0) AS unsure
                CROSS JOIN videos ON videos.id = unsure.id
                CROSS JOIN storage_weights AS weights ON weights.video_id = unsure.id
                WHERE videos.org_id = :org) AS renditions,
            (SELECT coalesce(sum(download_files.bytes), 0) FROM download_files
                CROSS JOIN videos ON videos.id = download_files.video_id WHERE videos.org_id = :org) AS downloads,
            total.pictures, total.captions,
            (SELECT coalesce(sum(length), 0) FROM uploads WHERE org_id = :org AND state = 'open') + (
                SELECT coalesce(sum(replacements.source_bytes), 0) FROM replacements
                CROSS JOIN videos ON videos.id = replacements.video_id
                WHERE replacements.reason IS NULL AND videos.org_id = :org) AS arriving,
            (SELECT count(*) FROM storage_quotas WHERE org_id = :org) AS own,
            (SELECT bytes FROM storage_quotas WHERE org_id = :org) AS quota
        FROM (SELECT coalesce(max(originals), 0) AS originals, coalesce(max(renditions), 0) AS renditions,
            coalesce(max(pictures), 0) AS pictures, coalesce(max(captions), 0) AS captions
            FROM storage_totals WHERE org_id = :org) AS total""",  # noqa: S608 - expressions of ours
        {"org": org_id},
        lambda row: Usage(
            originals=row["originals"],
            renditions=row["renditions"],
            downloads=row["downloads"],
            pictures=row["pictures"],
            captions=row["captions"],
            arriving=row["arriving"],
            quota=row["quota"] if row["own"] else default,
        ),
    )


def weighed(tx: Transaction, video_id: str, weight: Weight, at: int) -> None:
    """What was measured from an instant on, unless it was measured later already."""
    tx.run(
        """UPDATE storage_weights SET renditions = ?, pictures = ?, captions = ?, at = ?
        WHERE video_id = ? AND at <= ?""",
        (weight.renditions, weight.pictures, weight.captions, at, video_id, at),
    )


def unweighed(before: int, limit: int) -> Query[str]:
    """Not since an instant, those first that never were."""
    return Query(
        "SELECT video_id FROM storage_weights WHERE at < ? ORDER BY at LIMIT ?",
        (before, limit),
        lambda row: str(row[0]),
    )


def set_quota(tx: Transaction, org_id: str, size: int | None) -> None:
    """None: without a bound, whatever the setting says."""
    tx.run(
        "INSERT INTO storage_quotas (org_id, bytes) VALUES (?, ?) "
        "ON CONFLICT (org_id) DO UPDATE SET bytes = excluded.bytes",
        (org_id, size),
    )


def unset_quota(tx: Transaction, org_id: str) -> None:
    tx.run("DELETE FROM storage_quotas WHERE org_id = ?", (org_id,))


def samples(org_id: str | None) -> Query[Sample]:
    """What rungs of the latest finished videos took, of an organization or of all."""
    return Query(
        f"""SELECT rungs.name, rungs.bytes * 8.0 * {SECOND} / videos.duration AS rate
        FROM (SELECT id, duration FROM videos
            WHERE state = 'ready' AND duration > {SECOND} AND (:org IS NULL OR org_id = :org)
            ORDER BY created_at DESC LIMIT {SAMPLES}) AS videos
        JOIN rungs ON rungs.video_id = videos.id WHERE rungs.state = 'published' AND rungs.bytes > 0""",  # noqa: S608 - numbers of ours
        {"org": org_id},
        lambda row: Sample(row["name"], row["rate"]),
    )


def speeds(height: int | None) -> Query[float]:
    """Seconds of work for a second of video, of the latest transcodes of pictures of that height."""
    return Query(
        f"""SELECT (transcodes.ended_at - transcodes.started_at) * 1.0 / videos.duration AS cost
        FROM transcodes JOIN videos ON videos.id = transcodes.video_id
        WHERE transcodes.state = 'done' AND transcodes.started_at IS NOT NULL AND videos.duration > {SECOND}
            AND videos.height IS :height
        ORDER BY transcodes.ended_at DESC LIMIT {SAMPLES}""",  # noqa: S608 - numbers of ours
        {"height": height},
        lambda row: float(row["cost"]),
    )


def paces() -> Query[float]:
    """Seconds of work for a second of a megapixel, of the latest transcodes of any pictures."""
    return Query(
        f"""SELECT (transcodes.ended_at - transcodes.started_at) * 1e6
            / (videos.duration * videos.width * videos.height) AS cost
        FROM transcodes JOIN videos ON videos.id = transcodes.video_id
        WHERE transcodes.state = 'done' AND transcodes.started_at IS NOT NULL AND videos.duration > {SECOND}
            AND videos.width IS NOT NULL
        ORDER BY transcodes.ended_at DESC LIMIT {SAMPLES}""",  # noqa: S608 - numbers of ours
        (),
        lambda row: float(row["cost"]),
    )


def source_rates(org_id: str) -> Query[float]:
    """Bits a second of the files that an organization brought lately."""
    return Query(
        f"""SELECT source_bytes * 8.0 * {SECOND} / duration AS rate FROM videos
        WHERE org_id = ? AND state = 'ready' AND duration > {SECOND} AND source_bytes > 0
        ORDER BY created_at DESC LIMIT {SAMPLES}""",  # noqa: S608 - numbers of ours
        (org_id,),
        lambda row: float(row["rate"]),
    )


def known(video_id: str | None = None) -> Query[Known]:
    """What rows say of all videos' files, or of one's."""
    return Query(
        f"""SELECT videos.id, videos.source_name, videos.state, videos.edition,
            transcodes.edition AS transcode_edition, coalesce({_LIVE}, 0) AS live,
            storage_dropped.at IS NOT NULL AS dropped,
            (SELECT json_group_array(name) FROM rungs WHERE rungs.video_id = videos.id AND rungs.state = 'published')
                AS rungs
        FROM videos LEFT JOIN transcodes ON transcodes.video_id = videos.id
        LEFT JOIN storage_dropped ON storage_dropped.video_id = videos.id
        WHERE :id IS NULL OR videos.id = :id ORDER BY videos.created_at""",  # noqa: S608 - conditions of ours
        {"id": video_id},
        _known,
    )


def arriving() -> Query[str]:
    """Names that files among the arrivals may have."""
    return Query(
        "SELECT id FROM uploads UNION SELECT video_id FROM imports_begun UNION SELECT id FROM videos "
        "UNION SELECT upload_id FROM replacements UNION SELECT video_id FROM doomed",
        (),
        lambda row: str(row[0]),
    )


def doomed() -> Query[str]:
    return Query("SELECT video_id FROM doomed", (), lambda row: str(row[0]))


def anyones(name: str) -> Query[bool]:
    """Whether any row knows files of that name."""
    return Query(
        "SELECT 1 FROM (SELECT id FROM uploads WHERE id = :id UNION ALL SELECT video_id FROM imports_begun "
        "WHERE video_id = :id UNION ALL SELECT id FROM videos WHERE id = :id "
        "UNION ALL SELECT upload_id FROM replacements WHERE upload_id = :id "
        "UNION ALL SELECT video_id FROM recordings_arriving WHERE video_id = :id) LIMIT 1",
        {"id": name},
        lambda _: True,
    )


def heavy(before: int, limit: int) -> Query[Heavy]:
    """Ready videos that nobody watched since an instant, can be made again and were not reduced."""
    return Query(
        f"""SELECT videos.id, videos.edition, {_SIZES} AS rungs FROM videos
        JOIN transcodes ON transcodes.video_id = videos.id
        WHERE videos.state = 'ready' AND transcodes.state = 'done' AND videos.published_at < :before
            AND NOT EXISTS (SELECT 1 FROM storage_reduced WHERE video_id = videos.id AND edition = videos.edition)
            AND NOT EXISTS (SELECT 1 FROM storage_dropped WHERE video_id = videos.id)
            AND {_WATCHED} < :before
        ORDER BY videos.published_at LIMIT :limit""",  # noqa: S608 - expressions of ours
        {"before": before, "limit": limit},
        lambda row: Heavy(
            row["id"], row["edition"], tuple((one[0], one[1], one[2]) for one in json.loads(row["rungs"]))
        ),
    )


_SIZES = (
    "(SELECT json_group_array(json_array(name, min(width, height), coalesce(bytes, 0))) FROM rungs "
    "WHERE rungs.video_id = videos.id AND rungs.state = 'published')"
)


def untouched(video_id: str, edition: str, before: int) -> Query[bool]:
    """Whether what `heavy` told still holds."""
    return Query(
        f"""SELECT 1 FROM videos JOIN transcodes ON transcodes.video_id = videos.id
        WHERE videos.id = :id AND videos.edition = :edition AND videos.state = 'ready' AND {_OVER}
            AND {_WATCHED} < :before""",  # noqa: S608 - expressions of ours
        {"id": video_id, "edition": edition, "before": before},
        lambda _: True,
    )


def reduce(tx: Transaction, video_id: str, edition: str, names: Sequence[str]) -> None:
    """Rungs that are gone from now on."""
    marks = ", ".join("?" * len(names))
    gone = tx.one(
        Query(
            f"SELECT coalesce(sum(bytes), 0) FROM rungs WHERE video_id = ? AND name IN ({marks})",  # noqa: S608 - question marks
            (video_id, *names),
            lambda row: int(row[0]),
        )
    )
    tx.run(f"DELETE FROM rungs WHERE video_id = ? AND name IN ({marks})", (video_id, *names))  # noqa: S608 - question marks
    tx.run("UPDATE videos SET media_bytes = max(0, media_bytes - ?) WHERE id = ?", (gone or 0, video_id))
    # Measured anew when the files are gone; until then the other rows count.
    tx.run("UPDATE storage_weights SET renditions = 0, at = 0 WHERE video_id = ?", (video_id,))
    tx.run(
        "INSERT INTO storage_reduced (video_id, edition, at) VALUES (?, ?, ?) "
        "ON CONFLICT (video_id) DO UPDATE SET edition = excluded.edition, at = excluded.at",
        (video_id, edition, tx.now),
    )


def reduced(video_id: str) -> Query[bool]:
    """Whether what is watched of a video has lost rungs that nobody makes again yet."""
    return Query(
        f"""SELECT 1 FROM storage_reduced JOIN videos ON videos.id = storage_reduced.video_id
            JOIN transcodes ON transcodes.video_id = videos.id
        WHERE videos.id = ? AND storage_reduced.edition = videos.edition AND {_OVER}
            AND NOT EXISTS (SELECT 1 FROM storage_dropped WHERE video_id = videos.id)""",  # noqa: S608 - conditions of ours
        (video_id,),
        lambda _: True,
    )


def restored(tx: Transaction, video_id: str) -> None:
    tx.run("DELETE FROM storage_reduced WHERE video_id = ?", (video_id,))
    tx.run(
        "INSERT INTO storage_asked (video_id, at) VALUES (?, ?) ON CONFLICT (video_id) DO UPDATE SET at = excluded.at",
        (video_id, tx.now),
    )


def disposable(before: int, limit: int) -> Query[str]:
    """Videos that were published before an instant, are whole, and still have their originals."""
    return Query(
        """SELECT videos.id FROM videos JOIN transcodes ON transcodes.video_id = videos.id
        WHERE videos.state = 'ready' AND transcodes.state = 'done' AND transcodes.ended_at < :before
            AND videos.published_at < :before
            AND NOT EXISTS (SELECT 1 FROM storage_dropped WHERE video_id = videos.id)
            AND NOT EXISTS (SELECT 1 FROM storage_reduced WHERE video_id = videos.id AND edition = videos.edition)
        ORDER BY videos.published_at LIMIT :limit""",
        {"before": before, "limit": limit},
        lambda row: str(row["id"]),
    )


def drop_original(tx: Transaction, video_id: str) -> bool:
    """False where the video is gone or being made again."""
    return (
        tx.run(
            f"""INSERT INTO storage_dropped (video_id, at, org_id, bytes)
            SELECT videos.id, ?, videos.org_id, videos.source_bytes FROM videos
            JOIN transcodes ON transcodes.video_id = videos.id
            WHERE videos.id = ? AND {_OVER} ON CONFLICT DO NOTHING""",  # noqa: S608 - conditions of ours
            (tx.now, video_id),
        )
        == 1
    )


def _known(row: Row) -> Known:
    return Known(
        video_id=row["id"],
        source_name=row["source_name"],
        state=row["state"],
        edition=row["edition"],
        transcode_edition=row["transcode_edition"],
        live=bool(row["live"]),
        dropped=bool(row["dropped"]),
        rungs=tuple(json.loads(row["rungs"])),
    )
