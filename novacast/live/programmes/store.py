"""All SQL about programmes and their markers."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.live.channels.store import Key
from novacast.live.models import REST, Marker, Programme, ProgrammeState, Wanted, Whep
from novacast.visibility import Visibility

_COLUMNS = (
    "id", "channel_id", "org_id", "owner_id", "title", "description", "language", "visibility", "state",
    "planned_start", "planned_end", "started_at", "interrupted_at", "ended_at", "wanted", "wanted_end", "poster",
    "peak_viewers", "created_at", "updated_at", "test", "whep",
)  # fmt: skip


def by_id(programme_id: str) -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE id = ?", (programme_id,), programme)


def by_ids(ids: Sequence[str]) -> Query[Programme]:
    sql = "SELECT * FROM programmes WHERE id IN (SELECT value FROM json_each(?))"
    return Query(sql, (json.dumps(list(ids)),), programme)


def feedable(channel_id: str, now: int, before: int) -> Query[Programme]:
    """What a feed may be for: all that is on air, interrupted or stands by, what is planned to begin until `before`,
    and what ended so lately that it matters whether somebody ended it."""
    return Query(
        """SELECT * FROM programmes WHERE channel_id = :channel AND state IN ('on_air', 'interrupted')
        UNION ALL SELECT * FROM programmes WHERE channel_id = :channel AND state = 'standby'
        UNION ALL SELECT * FROM (SELECT * FROM programmes
            WHERE channel_id = :channel AND state = 'planned' AND planned_start <= :before
            ORDER BY planned_start DESC LIMIT 100)
        UNION ALL SELECT * FROM programmes WHERE channel_id = :channel AND state = 'ended' AND ended_at > :ended""",
        {"channel": channel_id, "before": before, "ended": now - REST},
        programme,
    )


def airing() -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE state IN ('on_air', 'interrupted') ORDER BY started_at", (), programme)


def on_channel(channel_id: str) -> Query[Programme]:
    """What is on air or interrupted there."""
    return Query(
        "SELECT * FROM programmes WHERE channel_id = ? AND state IN ('on_air', 'interrupted')", (channel_id,), programme
    )


def standing_by(channel_id: str) -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE channel_id = ? AND state = 'standby'", (channel_id,), programme)


def test_of(channel_id: str) -> Query[Programme]:
    """The channel's test, until it has ended."""
    return Query(
        "SELECT * FROM programmes WHERE channel_id = ? AND test = 1 AND state <> 'ended'", (channel_id,), programme
    )


def tests() -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE test = 1 AND state <> 'ended' AND wanted_end = 0", (), programme)


def listed(
    channel_id: str, shown: Collection[Visibility], state: ProgrammeState | None, start: Key, limit: int
) -> Query[tuple[int, Programme]]:
    """A channel's programmes by their hour, latest first, each with that hour."""
    wanted = "" if state is None else "AND +state = :state "
    return Query(
        f"SELECT * FROM programmes WHERE channel_id = :channel {wanted}AND visibility IN ({_names(shown)}) "  # noqa: S608 - conditions of ours
        "AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit",
        {"channel": channel_id, "state": state, "at": start[0], "id": start[1], "limit": limit},
        lambda row: (row["at"], programme(row)),
    )


def planned(channel_id: str, shown: Collection[Visibility], since: int, limit: int) -> Query[Programme]:
    """To begin at `since` or later, soonest first."""
    return Query(
        "SELECT * FROM programmes WHERE channel_id = ? AND state = 'planned' AND planned_start >= ? "  # noqa: S608 - conditions of ours
        f"AND visibility IN ({_names(shown)}) ORDER BY planned_start, id LIMIT ?",
        (channel_id, since, limit),
        programme,
    )


def on_now(signed_in: bool, orgs: Sequence[str], limit: int) -> Query[Programme]:
    """On all channels, what is meant to be found by someone in `orgs`: the latest to begin first."""
    condition, params = _found(signed_in, orgs)
    return Query(
        "SELECT * FROM programmes WHERE state IN ('on_air', 'interrupted') "  # noqa: S608 - conditions of ours
        f"AND ({condition}) ORDER BY started_at DESC, id LIMIT :limit",
        {**params, "limit": limit},
        programme,
    )


def coming(signed_in: bool, orgs: Sequence[str], since: int, limit: int) -> Query[Programme]:
    """The same of what is planned to begin at `since` or later: soonest first."""
    condition, params = _found(signed_in, orgs)
    return Query(
        "SELECT * FROM programmes WHERE state = 'planned' AND planned_start >= :since "  # noqa: S608 - conditions of ours
        f"AND ({condition}) ORDER BY planned_start, id LIMIT :limit",
        {**params, "since": since, "limit": limit},
        programme,
    )


def _found(signed_in: bool, orgs: Sequence[str]) -> tuple[str, dict[str, Any]]:
    params: dict[str, Any] = {f"org{number}": org_id for number, org_id in enumerate(orgs)}
    condition = "visibility IN ('public', 'signed_in')" if signed_in else "visibility = 'public'"
    if orgs:
        names = ", ".join(f":{name}" for name in params)
        condition += f" OR (visibility = 'organization' AND org_id IN ({names}))"
    return condition, params


def linkable(org_id: str, limit: int) -> Query[Programme]:
    """An organization's programmes that are no tests: what is on or stands by, what is planned, then what was."""
    return Query(
        "SELECT * FROM programmes WHERE org_id = ? AND test = 0 ORDER BY state = 'ended', "
        "CASE WHEN state = 'ended' THEN -ended_at ELSE coalesce(started_at, planned_start, 0) END, id LIMIT ?",
        (org_id, limit),
        programme,
    )


def planned_count(channel_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) FROM programmes WHERE channel_id = ? AND state = 'planned'",
        (channel_id,),
        lambda row: int(row[0]),
    )


def past(channel_id: str, shown: Collection[Visibility], limit: int) -> Query[Programme]:
    """Those that were on air, the last ended first."""
    return Query(
        "SELECT * FROM programmes WHERE channel_id = ? AND state = 'ended' AND started_at IS NOT NULL "  # noqa: S608 - conditions of ours
        f"AND visibility IN ({_names(shown)}) ORDER BY ended_at DESC LIMIT ?",
        (channel_id, limit),
        programme,
    )


def add(tx: Transaction, one: Programme) -> None:
    tx.insert("programmes", **{name: getattr(one, name) for name in _COLUMNS})


def change(tx: Transaction, programme_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE programmes SET {sets}updated_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": programme_id},
    )


def watched(tx: Transaction, programme_id: str, viewers: int) -> None:
    tx.run("UPDATE programmes SET peak_viewers = ? WHERE id = ? AND peak_viewers < ?", (viewers, programme_id, viewers))


def remove(tx: Transaction, programme_id: str) -> None:
    tx.run("DELETE FROM programmes WHERE id = ?", (programme_id,))


def of_org(org_id: str, limit: int) -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE org_id = ? LIMIT ?", (org_id, limit), programme)


def owned(person_id: str) -> Query[Programme]:
    return Query("SELECT * FROM programmes WHERE owner_id = ? ORDER BY created_at DESC", (person_id,), programme)


def markers(programme_id: str) -> Query[Marker]:
    return Query("SELECT * FROM markers WHERE programme_id = ? ORDER BY at, id", (programme_id,), _marker)


def markers_of(person_id: str) -> Query[Marker]:
    return Query("SELECT * FROM markers WHERE person_id = ? ORDER BY created_at", (person_id,), _marker)


def marker_count(programme_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM markers WHERE programme_id = ?", (programme_id,), lambda row: int(row[0]))


def mark(tx: Transaction, one: Marker) -> None:
    tx.insert(
        "markers",
        id=one.id,
        programme_id=one.programme_id,
        at=one.at,
        title=one.title,
        person_id=one.person_id,
        created_at=one.created_at,
    )


def unmark(tx: Transaction, programme_id: str, marker_id: str) -> bool:
    return tx.run("DELETE FROM markers WHERE programme_id = ? AND id = ?", (programme_id, marker_id)) > 0


def erase_person(tx: Transaction, person_id: str) -> None:
    """Programmes and markers stay, without the person."""
    tx.run("UPDATE programmes SET owner_id = NULL WHERE owner_id = ?", (person_id,))
    tx.run("UPDATE markers SET person_id = NULL WHERE person_id = ?", (person_id,))


def programme(row: Row) -> Programme:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values["visibility"] = Visibility(values["visibility"])
    values["state"], values["wanted"] = ProgrammeState(values["state"]), Wanted(values["wanted"])
    values["whep"] = Whep(values["whep"])
    values["wanted_end"], values["test"] = bool(values["wanted_end"]), bool(values["test"])
    return Programme(**values)


def _marker(row: Row) -> Marker:
    return Marker(row["id"], row["programme_id"], row["at"], row["title"], row["person_id"], row["created_at"])


def _names(shown: Collection[Visibility]) -> str:
    """Of an enumeration of ours: nothing that anybody typed."""
    return ", ".join(f"'{one.value}'" for one in sorted(shown))
