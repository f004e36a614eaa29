"""All SQL about questions and answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.questions.models import Answer, Kind, Question, Scope, UnitRow, Value

_PLAIN = ("id", "org_id", "event_id", "position", "label", "help", "depends_on", "until_minutes")


def of_event(event_id: str) -> Query[Question]:
    """Those that are asked, in order."""
    return Query(
        "SELECT * FROM questions WHERE event_id = ? AND archived = 0 ORDER BY position, created_at, rowid",
        (event_id,),
        _question,
    )


def of_performance(perf_id: str) -> Query[Question]:
    """Those of its event that are asked."""
    return Query(
        "SELECT q.* FROM performances p JOIN questions q ON q.event_id = p.event_id "
        "WHERE p.id = ? AND q.archived = 0 ORDER BY q.position, q.created_at, q.rowid",
        (perf_id,),
        _question,
    )


def ever_of_performance(perf_id: str) -> Query[Question]:
    """Those that are asked no more as well: there are answers to them."""
    return Query(
        "SELECT q.* FROM performances p JOIN questions q ON q.event_id = p.event_id "
        "WHERE p.id = ? ORDER BY q.position, q.created_at, q.rowid",
        (perf_id,),
        _question,
    )


def add(tx: Transaction, one: Question) -> None:
    tx.insert("questions", **_columns(one), created_at=tx.now, changed_at=tx.now)


def change(tx: Transaction, one: Question) -> None:
    columns = _columns(one)
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE questions SET {sets}, changed_at = :now WHERE id = :id", {**columns, "now": tx.now})  # noqa: S608 - names from our code


def place(tx: Transaction, question_id: str, position: int) -> None:
    tx.run("UPDATE questions SET position = ?, changed_at = ? WHERE id = ?", (position, tx.now, question_id))


def follow(tx: Transaction, event_id: str, names: Mapping[str, str]) -> None:
    """What is asked of a kind of ticket is asked of its copy too. `names`: ids of items, each with its copy's."""
    for one in tx.all(of_event(event_id)):
        if more := [names[id_] for id_ in one.items if id_ in names]:
            change(tx, replace(one, items=(*one.items, *more)))


def archive(tx: Transaction, question_id: str) -> None:
    """With those that depend on it."""
    tx.run(
        "WITH RECURSIVE below (id) AS "
        "(SELECT ? UNION SELECT q.id FROM questions q JOIN below ON q.depends_on = below.id) "
        "UPDATE questions SET archived = 1, changed_at = ? WHERE id IN (SELECT id FROM below)",
        (question_id, tx.now),
    )


def answers(order_id: str) -> Query[Answer]:
    return Query("SELECT * FROM answers WHERE order_id = ?", (order_id,), _answer)


def answers_of_performance(perf_id: str, start: str, limit: int) -> Query[tuple[str, str, Answer]]:
    """Orders that stand, by their code, with all answers: the order's id, its code, an answer."""
    return Query(
        "SELECT o.code AS order_code, a.* FROM (SELECT id, code FROM orders WHERE perf_id = ?1 AND code > ?2 "
        "AND state IN ('paid', 'awaiting_payment', 'partially_refunded') "
        "AND EXISTS (SELECT 1 FROM answers WHERE order_id = orders.id) ORDER BY code LIMIT ?3) o "
        "JOIN answers a ON a.order_id = o.id ORDER BY o.code",
        (perf_id, start, limit),
        lambda row: (row["order_id"], row["order_code"], _answer(row)),
    )


def units(perf_id: str, start: str, orders: int) -> Query[UnitRow]:
    """Units of orders that stand, by the orders' codes; of `orders` orders behind `start`."""
    return Query(
        "SELECT o.id AS order_id, o.code, o.name, o.email, c.id AS unit, i.name AS item, s.section, s.row, s.number, "
        "coalesce((SELECT name FROM tickets WHERE claim_id = c.id AND state = 'valid'), '') AS holder "
        "FROM (SELECT id, code, name, email FROM orders WHERE perf_id = ?1 AND code > ?2 "
        "AND state IN ('paid', 'awaiting_payment', 'partially_refunded') ORDER BY code LIMIT ?3) o "
        "JOIN claims c ON c.order_id = o.id AND c.state <> 'released' JOIN items i ON i.id = c.item_id "
        "LEFT JOIN seats s ON s.perf_id = c.perf_id AND s.seat_id = c.seat_id ORDER BY o.code, c.rowid",
        (perf_id, start, orders),
        _unit,
    )


def answers_of(order_ids: Iterable[str]) -> Query[tuple[str, Answer]]:
    """Each with its order's id."""
    return Query(
        "SELECT * FROM answers WHERE order_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(order_ids)),),
        lambda row: (row["order_id"], _answer(row)),
    )


def put(tx: Transaction, order_id: str, found: Sequence[Answer], asked: Iterable[str]) -> None:
    """The answers of an order to these questions: others to them go."""
    for question_id in asked:
        tx.run("DELETE FROM answers WHERE order_id = ? AND question_id = ?", (order_id, question_id))
    for one in found:
        tx.insert(
            "answers",
            order_id=order_id,
            claim_id=one.unit,
            question_id=one.question_id,
            value=json.dumps(one.value, ensure_ascii=False),
            changed_at=tx.now,
        )


def of_person(person_id: str) -> Query[tuple[str, str, Value]]:
    """Order's code, question, answer."""
    return Query(
        "SELECT o.code, q.label, a.value FROM orders o JOIN answers a ON a.order_id = o.id "
        "JOIN questions q ON q.id = a.question_id WHERE o.person_id = ? ORDER BY o.created_at, q.position",
        (person_id,),
        lambda row: (row["code"], row["label"], _value(row["value"])),
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    """Before their orders forget whose they are."""
    tx.run("DELETE FROM answers WHERE order_id IN (SELECT id FROM orders WHERE person_id = ?)", (person_id,))


def _columns(one: Question) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _PLAIN},
        "scope": one.scope,
        "kind": one.kind,
        "required": int(one.required),
        "archived": int(one.archived),
        "options": json.dumps(one.options, ensure_ascii=False),
        "items": json.dumps(one.items),
        "depends_value": None if one.depends_value is None else json.dumps(one.depends_value, ensure_ascii=False),
    }


def _question(row: Row) -> Question:
    return Question(
        **{name: row[name] for name in _PLAIN},
        scope=Scope(row["scope"]),
        kind=Kind(row["kind"]),
        required=bool(row["required"]),
        options=tuple(json.loads(row["options"])),
        items=tuple(json.loads(row["items"])),
        depends_value=None if row["depends_value"] is None else _value(row["depends_value"]),
        archived=bool(row["archived"]),
    )


def _value(written: str) -> Value:
    value = json.loads(written)
    return tuple(value) if isinstance(value, list) else value


def _answer(row: Row) -> Answer:
    return Answer(row["question_id"], row["claim_id"], _value(row["value"]))


def _unit(row: Row) -> UnitRow:
    seat = "" if row["number"] is None else " ".join(filter(None, (row["section"], row["row"], row["number"])))
    names = ("order_id", "code", "name", "email", "unit", "item", "holder")
    return UnitRow(**{name: row[name] for name in names}, seat=seat)
