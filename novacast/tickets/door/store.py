"""All SQL about lists of a door, scans against them, entries, incidents, and a ticket's standing at each."""

import json
from collections.abc import Iterable

from novacast.database import Query, Row, Transaction
from novacast.tickets.admission.models import Ticket
from novacast.tickets.admission.store import ticket_of
from novacast.tickets.door.models import (
    MOST_FOUND,
    Checkin,
    CheckinList,
    Decided,
    Gate,
    Incident,
    Rules,
    Scan,
    Shown,
    Standing,
    Verdict,
)

_INCIDENT = (
    "id", "org_id", "list_id", "ticket_id", "scan_id", "gate", "at", "other_gate", "other_at", "device_id",
    "created_at", "settled_at", "settled_by",
)  # fmt: skip
_SHOWN = (
    "SELECT t.*, i.name AS item_name, s.section, s.row, s.number AS seat_number, s.category, n.note FROM tickets t "
    "JOIN items i ON i.id = t.item_id JOIN claims c ON c.id = t.claim_id "
    "LEFT JOIN seats s ON s.perf_id = t.perf_id AND s.seat_id = c.seat_id "
    "LEFT JOIN door_notes n ON n.perf_id = t.perf_id AND n.ordinal = t.ordinal "
)


def checkin_list(list_id: str) -> Query[CheckinList]:
    return Query("SELECT * FROM checkin_lists WHERE id = ?", (list_id,), _list)


def lists(perf_id: str) -> Query[CheckinList]:
    return Query("SELECT * FROM checkin_lists WHERE perf_id = ? ORDER BY created_at, id", (perf_id,), _list)


def add_list(tx: Transaction, one: CheckinList) -> None:
    tx.insert(
        "checkin_lists",
        id=one.id,
        org_id=one.org_id,
        perf_id=one.perf_id,
        created_at=one.created_at,
        **_columns(one.rules),
    )


def change_list(tx: Transaction, list_id: str, rules: Rules) -> None:
    columns = _columns(rules)
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE checkin_lists SET {sets} WHERE id = :id", {**columns, "id": list_id})  # noqa: S608 - names of ours


def shown_by_id(ticket_id: str) -> Query[Shown]:
    return Query(f"{_SHOWN}WHERE t.id = ?", (ticket_id,), _shown)


def shown_by_serial(number: int, ordinal: int, serial: int) -> Query[Shown]:
    """`number`: of the performance, as it stands in tokens."""
    return Query(
        f"{_SHOWN}JOIN performances p ON p.id = t.perf_id WHERE p.number = ? AND t.ordinal = ? AND t.serial = ?",
        (number, ordinal, serial),
        _shown,
    )


def found(perf_id: str, words: str) -> Query[Shown]:
    """Those that are or were valid last, by a part of the holder's or buyer's name, by the order's code or the
    ticket's number."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return Query(
        f"{_SHOWN}JOIN orders o ON o.id = t.order_id WHERE t.perf_id = :perf AND t.state <> 'reissued' "
        "AND (t.name LIKE :like ESCAPE '\\' OR o.name LIKE :like ESCAPE '\\' OR o.code = upper(:words) "
        "OR t.id = :words OR t.ordinal = :number) ORDER BY t.state <> 'valid', t.name, t.ordinal LIMIT :most",
        {
            "perf": perf_id,
            "like": like,
            "words": words,
            "number": int(words) if words.isascii() and words.isdecimal() and len(words) < 9 else -1,
            "most": MOST_FOUND,
        },
        _shown,
    )


def checkin(checkin_id: str) -> Query[Checkin]:
    return Query("SELECT * FROM checkins WHERE id = ?", (checkin_id,), _checkin)


def entry(claim_id: str, list_id: str) -> Query[Checkin]:
    """The last entry, open or not, with any of the tickets that were made for one claim: whoever came in with the first
    is in there, though it was made anew since."""
    return Query(
        "SELECT c.* FROM tickets t JOIN checkins c ON c.ticket_id = t.id WHERE t.claim_id = ? AND c.list_id = ? "
        "AND c.kind = 'entry' ORDER BY c.open DESC, c.at DESC, c.id LIMIT 1",
        (claim_id, list_id),
        _checkin,
    )


def left_since(claim_id: str, list_id: str, at: int) -> Query[int]:
    return Query(
        "SELECT 1 FROM tickets t JOIN checkins c ON c.ticket_id = t.id WHERE t.claim_id = ? AND c.list_id = ? "
        "AND c.kind = 'exit' AND c.at >= ? LIMIT 1",
        (claim_id, list_id, at),
        lambda row: int(row[0]),
    )


def passed(list_id: str, start: tuple[int, str], limit: int) -> Query[Checkin]:
    """Latest first."""
    return Query(
        "SELECT * FROM checkins WHERE list_id = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?",
        (list_id, *start, limit),
        _checkin,
    )


def add_checkin(tx: Transaction, one: Checkin) -> None:
    tx.insert(
        "checkins",
        id=one.id,
        ticket_id=one.ticket_id,
        list_id=one.list_id,
        kind=one.kind,
        open=int(one.open),
        forced=int(one.forced),
        gate=one.gate,
        person_id=one.person_id,
        at=one.at,
    )


def close_entries(tx: Transaction, claim_id: str, list_id: str, at: int) -> int:
    """Those from before an exit: the devices' deliveries come in any order."""
    return tx.run(
        "UPDATE checkins SET open = 0 WHERE ticket_id IN (SELECT id FROM tickets WHERE claim_id = ?) AND list_id = ? "
        "AND kind = 'entry' AND open = 1 AND at <= ?",
        (claim_id, list_id, at),
    )


def scan(list_id: str, scan_id: str) -> Query[tuple[Verdict, str | None, str | None, str | None]]:
    """The verdict, and the ids of ticket, entry before and what was written down."""
    return Query(
        "SELECT * FROM door_scans WHERE list_id = ? AND id = ?",
        (list_id, scan_id),
        lambda row: (Verdict(row["verdict"]), row["ticket_id"], row["before_id"], row["checkin_id"]),
    )


def add_scan(
    tx: Transaction,
    list_id: str,
    scan_id: str,
    made: Scan,
    *,
    gate: str,
    leaving: bool,
    scanned_at: int,
    device_id: str | None,
    person_id: str | None,
    decided: Decided | None,
) -> None:
    """`decided`: what a device without a network did."""
    tx.insert(
        "door_scans",
        list_id=list_id,
        id=scan_id,
        ticket_id=None if made.ticket is None else made.ticket.id,
        device_id=device_id,
        person_id=person_id,
        gate=gate,
        leaving=int(leaving),
        offline=int(decided is not None),
        verdict=made.verdict,
        before_id=None if made.before is None else made.before.id,
        checkin_id=None if made.checkin is None else made.checkin.id,
        device_at=None if decided is None else decided.at,
        scanned_at=scanned_at,
        at=tx.now,
    )


def incident(incident_id: str) -> Query[Incident]:
    return Query("SELECT * FROM door_incidents WHERE id = ?", (incident_id,), _incident)


def incident_of(list_id: str, scan_id: str) -> Query[Incident]:
    return Query("SELECT * FROM door_incidents WHERE list_id = ? AND scan_id = ?", (list_id, scan_id), _incident)


def incidents(perf_id: str, limit: int) -> Query[Incident]:
    """Of all lists of a performance: what nobody has settled first, latest first."""
    return Query(
        "SELECT i.* FROM checkin_lists l JOIN door_incidents i ON i.list_id = l.id WHERE l.perf_id = ? "
        "ORDER BY i.settled_at IS NOT NULL, i.created_at DESC, i.id LIMIT ?",
        (perf_id, limit),
        _incident,
    )


def add_incident(tx: Transaction, one: Incident) -> None:
    tx.insert("door_incidents", **{name: getattr(one, name) for name in _INCIDENT}, verdict=one.verdict)


def settle(tx: Transaction, incident_id: str, person_id: str | None) -> int:
    return tx.run(
        "UPDATE door_incidents SET settled_at = ?, settled_by = ? WHERE id = ? AND settled_at IS NULL",
        (tx.now, person_id, incident_id),
    )


def gates(list_id: str) -> Query[Gate]:
    return Query(
        "SELECT * FROM door_counts WHERE list_id = ? ORDER BY gate",
        (list_id,),
        lambda row: Gate(row["gate"], row["entries"], row["exits"], row["refused"], row["inside"]),
    )


def expected(perf_id: str) -> Query[tuple[str, str, int]]:
    """Of each item and category of seats how many valid tickets there are."""
    return Query(
        "SELECT t.item_id, coalesce(s.category, '') AS category, count(*) AS n FROM tickets t "
        "JOIN claims c ON c.id = t.claim_id "
        "LEFT JOIN seats s ON s.perf_id = t.perf_id AND s.seat_id = c.seat_id "
        "WHERE t.perf_id = ? AND t.state = 'valid' GROUP BY 1, 2",
        (perf_id,),
        lambda row: (row["item_id"], row["category"], row["n"]),
    )


def standings(perf_id: str, list_id: str) -> Query[tuple[int, int, Standing, str]]:
    """Of each valid ticket its ordinal, its serial, how it stands at a list, and the category of its seat."""
    return Query(
        "WITH came AS (SELECT t.claim_id, max(c.open) AS open FROM checkins c JOIN tickets t ON t.id = c.ticket_id "
        "WHERE c.list_id = :list AND c.kind = 'entry' GROUP BY t.claim_id) "
        "SELECT t.ordinal, t.serial, CASE came.open WHEN 1 THEN 2 WHEN 0 THEN 3 ELSE 1 END AS standing, s.category "
        "FROM tickets t JOIN claims k ON k.id = t.claim_id LEFT JOIN came ON came.claim_id = t.claim_id "
        "LEFT JOIN seats s ON s.perf_id = t.perf_id AND s.seat_id = k.seat_id "
        "WHERE t.perf_id = :perf AND t.state = 'valid' ORDER BY t.ordinal",
        {"perf": perf_id, "list": list_id},
        lambda row: (row["ordinal"], row["serial"], Standing(row["standing"]), row["category"] or ""),
    )


def set_note(tx: Transaction, perf_id: str, ordinal: int, note: str) -> None:
    tx.run("DELETE FROM door_notes WHERE perf_id = ? AND ordinal = ?", (perf_id, ordinal))
    if note:
        tx.insert("door_notes", perf_id=perf_id, ordinal=ordinal, note=note)


def erase_person(tx: Transaction, person_id: str) -> None:
    """Who let in, and who paired; notes of whoever came go with their tickets."""
    tx.run(
        "DELETE FROM door_notes WHERE (perf_id, ordinal) IN (SELECT perf_id, ordinal FROM tickets WHERE person_id = ?)",
        (person_id,),
    )
    for table, column in (
        ("checkins", "person_id"),
        ("door_scans", "person_id"),
        ("door_devices", "person_id"),
        ("door_incidents", "settled_by"),
    ):
        tx.run(f"UPDATE {table} SET {column} = NULL WHERE {column} = ?", (person_id,))  # noqa: S608 - names of ours


def _columns(rules: Rules) -> dict[str, str | int | None]:
    return {
        "name": rules.name,
        "items": _listed(rules.items),
        "categories": _listed(rules.categories),
        "gates": _listed(rules.gates),
        "exits": int(rules.exits),
        "reentry": int(rules.reentry),
        "opens_at": rules.opens_at,
        "closes_at": rules.closes_at,
    }


def _listed(names: Iterable[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def _list(row: Row) -> CheckinList:
    rules = Rules(
        row["name"],
        tuple(json.loads(row["items"])),
        tuple(json.loads(row["categories"])),
        tuple(json.loads(row["gates"])),
        bool(row["exits"]),
        bool(row["reentry"]),
        row["opens_at"],
        row["closes_at"],
    )
    return CheckinList(row["id"], row["org_id"], row["perf_id"], rules, row["created_at"])


def _checkin(row: Row) -> Checkin:
    return Checkin(
        row["id"],
        row["ticket_id"],
        row["list_id"],
        row["kind"],
        bool(row["open"]),
        bool(row["forced"]),
        row["gate"],
        row["person_id"],
        row["at"],
    )


def _shown(row: Row) -> Shown:
    ticket: Ticket = ticket_of(row)
    seat = "" if row["section"] is None else f"{row['section']} {row['row']} {row['seat_number']}".strip()
    return Shown(ticket, row["item_name"], seat, row["category"] or "", row["note"] or "")


def _incident(row: Row) -> Incident:
    return Incident(**{name: row[name] for name in _INCIDENT}, verdict=Verdict(row["verdict"]))
