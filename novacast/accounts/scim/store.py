"""All SQL of provisioned people and groups."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from novacast.accounts.scim.filters import Both, Comparison, Either, Filter, Not
from novacast.accounts.scim.models import Group, Order, User, invalid
from novacast.clock import instant
from novacast.database import Query, Row, Transaction
from novacast.i18n import text
from novacast.identity import Role

_USERS = (
    "FROM people p LEFT JOIN scim_users s ON s.person_id = p.id LEFT JOIN suspensions x ON x.person_id = p.id "
    "LEFT JOIN operators o ON o.person_id = p.id WHERE p.erased_at IS NULL AND coalesce(s.gone, 0) = 0"
)
_USER = (
    "SELECT p.id, p.email, p.name, p.created_at, coalesce(s.user_name, p.email) AS user_name, s.external_id, "
    "coalesce(s.extra, '{}') AS extra, x.person_id IS NULL AS active, o.person_id IS NOT NULL AS operator, "
    "max(p.updated_at, coalesce(s.changed_at, 0), coalesce(x.at, 0)) AS changed_at, "
    "(SELECT json_group_array(json_array(g.id, g.name)) FROM scim_members m JOIN scim_groups g ON g.id = m.group_id "
    "WHERE m.person_id = p.id) AS groups "
)
_GROUP = (
    "SELECT g.*, (SELECT json_group_array(person_id) FROM scim_members m WHERE m.group_id = g.id) AS members "
    "FROM scim_groups g"
)
_USER_COLUMNS = {
    "id": "p.id",
    "username": "coalesce(s.user_name, p.email)",
    "externalid": "s.external_id",
    "displayname": "p.name",
    "emails": "p.email",
    "emails.value": "p.email",
    "active": "x.person_id IS NULL",
    "name.formatted": "s.extra ->> '$.name.formatted'",
    "name.givenname": "s.extra ->> '$.name.givenName'",
    "name.familyname": "s.extra ->> '$.name.familyName'",
    "preferredlanguage": "s.extra ->> '$.preferredLanguage'",
    "meta.created": "p.created_at",
    "meta.lastmodified": "max(p.updated_at, coalesce(s.changed_at, 0), coalesce(x.at, 0))",
    "groups.value": "(SELECT group_id FROM scim_members WHERE person_id = p.id AND group_id = {value})",
}
_GROUP_COLUMNS = {
    "id": "g.id",
    "displayname": "g.name",
    "externalid": "g.external_id",
    "meta.created": "g.created_at",
    "meta.lastmodified": "g.changed_at",
    "members": "(SELECT person_id FROM scim_members WHERE group_id = g.id AND person_id = {value})",
    "members.value": "(SELECT person_id FROM scim_members WHERE group_id = g.id AND person_id = {value})",
}
_EXACT = frozenset({"id", "externalid"})
_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
Where = tuple[str, dict[str, Any]]


def users(found: Filter | None, start: int, count: int, order: Order | None = None) -> Query[User]:
    """In the order in which they came, or in another; `start` counts from 0."""
    condition, params = _where(found, _USER_COLUMNS)
    by = _ordered(order, _USER_COLUMNS, "p.created_at, p.id")
    sql = f"{_USER}{_USERS} AND {condition} ORDER BY {by} LIMIT :count OFFSET :start"
    return Query(sql, {**params, "count": count, "start": start}, _user)


def count_users(found: Filter | None) -> Query[int]:
    condition, params = _where(found, _USER_COLUMNS)
    return Query(f"SELECT count(*) {_USERS} AND {condition}", params, lambda row: int(row[0]))


def user(person_id: str) -> Query[User]:
    return Query(f"{_USER}{_USERS} AND p.id = ?", (person_id,), _user)


def user_named(key: str) -> Query[tuple[str, bool]]:
    """Whose userName this is, and whether a client has deleted them."""
    return Query(
        "SELECT person_id, gone FROM scim_users WHERE user_key = ?",
        (key,),
        lambda row: (row["person_id"], bool(row["gone"])),
    )


def is_gone(person_id: str) -> Query[bool]:
    """None: nobody has said anything of them."""
    return Query("SELECT gone FROM scim_users WHERE person_id = ?", (person_id,), lambda row: bool(row["gone"]))


def keep_user(
    tx: Transaction, person_id: str, user_name: str, external_id: str | None, extra: Mapping[str, Any], *, gone: bool
) -> None:
    """Raises IntegrityError where another has this name."""
    tx.run(
        "INSERT INTO scim_users VALUES (:id, :name, :key, :external, :extra, :gone, :now) ON CONFLICT (person_id) "
        "DO UPDATE SET user_name = :name, user_key = :key, external_id = :external, extra = :extra, gone = :gone, "
        "changed_at = :now",
        {
            "id": person_id, "name": user_name, "key": f"gone:{person_id}" if gone else user_name.casefold(),
            "external": external_id, "extra": json.dumps(extra, ensure_ascii=False), "gone": int(gone), "now": tx.now,
        },
    )  # fmt: skip


def groups(found: Filter | None, start: int, count: int, order: Order | None = None) -> Query[Group]:
    condition, params = _where(found, _GROUP_COLUMNS)
    by = _ordered(order, _GROUP_COLUMNS, "g.created_at, g.id")
    sql = f"{_GROUP} WHERE {condition} ORDER BY {by} LIMIT :count OFFSET :start"
    return Query(sql, {**params, "count": count, "start": start}, _group)


def count_groups(found: Filter | None) -> Query[int]:
    condition, params = _where(found, _GROUP_COLUMNS)
    return Query(f"SELECT count(*) FROM scim_groups g WHERE {condition}", params, lambda row: int(row[0]))  # noqa: S608 - names of ours


def group(group_id: str) -> Query[Group]:
    return Query(f"{_GROUP} WHERE g.id = ?", (group_id,), _group)


def keep_group(tx: Transaction, one: Group) -> None:
    tx.run(
        "INSERT INTO scim_groups VALUES (:id, :name, :external, :org, :role, :created, :now) ON CONFLICT (id) "
        "DO UPDATE SET name = :name, external_id = :external, org_id = :org, role = :role, changed_at = :now",
        {
            "id": one.id, "name": one.name, "external": one.external_id, "org": one.org_id, "role": one.role,
            "created": one.created_at, "now": tx.now,
        },
    )  # fmt: skip


def set_members(tx: Transaction, group_id: str, members: Iterable[str]) -> None:
    wanted = set(members)
    known = set(tx.all(Query("SELECT person_id FROM scim_members WHERE group_id = ?", (group_id,), _person)))
    for person_id in sorted(known - wanted):
        tx.run("DELETE FROM scim_members WHERE group_id = ? AND person_id = ?", (group_id, person_id))
    for person_id in sorted(wanted - known):
        tx.insert("scim_members", group_id=group_id, person_id=person_id)


def drop_group(tx: Transaction, group_id: str) -> None:
    tx.run("DELETE FROM scim_groups WHERE id = ?", (group_id,))


def leave_groups(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM scim_members WHERE person_id = ?", (person_id,))


def roles(person_id: str, org_id: str) -> Query[Role]:
    """What groups make of somebody in an organization."""
    return Query(
        "SELECT g.role FROM scim_members m JOIN scim_groups g ON g.id = m.group_id "
        "WHERE m.person_id = ? AND g.org_id = ?",
        (person_id, org_id),
        lambda row: Role(row["role"]),
    )


def houses(person_id: str) -> Query[str]:
    return Query(
        "SELECT DISTINCT g.org_id FROM scim_members m JOIN scim_groups g ON g.id = m.group_id "
        "WHERE m.person_id = ? AND g.org_id IS NOT NULL",
        (person_id,),
        lambda row: str(row["org_id"]),
    )


def told(person_id: str) -> Query[tuple[str, str | None, Any]]:
    """What a client says of somebody: name, its own id, and what it wants kept."""
    return Query(
        "SELECT user_name, external_id, extra FROM scim_users WHERE person_id = ?",
        (person_id,),
        lambda row: (row["user_name"], row["external_id"], json.loads(row["extra"])),
    )


def groups_of(person_id: str) -> Query[str]:
    return Query(
        "SELECT g.name FROM scim_members m JOIN scim_groups g ON g.id = m.group_id WHERE m.person_id = ? "
        "ORDER BY g.name",
        (person_id,),
        lambda row: str(row["name"]),
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM scim_users WHERE person_id = ?", (person_id,))
    tx.run("DELETE FROM scim_members WHERE person_id = ?", (person_id,))


def _where(found: Filter | None, columns: Mapping[str, str]) -> Where:
    """SQL of names of ours, and values as parameters. Raises InvalidInput for an attribute that can't be asked for."""
    params: dict[str, Any] = {}
    return ("1" if found is None else _condition(found, columns, params)), params


def _ordered(order: Order | None, columns: Mapping[str, str], otherwise: str) -> str:
    """What has no value is the last, and the first the other way round. Raises InvalidInput."""
    if order is None:
        return otherwise
    column = columns.get(order.path)
    if column is None or "{" in column:
        raise invalid("invalidPath", text("Nobody is sorted by {name}.", name=order.path[:60]))
    fold, way = "" if order.path in _EXACT else " COLLATE NOCASE", "DESC" if order.down else "ASC"
    return f"({column}) IS NULL {way}, ({column}){fold} {way}, {otherwise}"


def _condition(found: Filter, columns: Mapping[str, str], params: dict[str, Any]) -> str:
    match found:
        case Both(left, right):
            return f"({_condition(left, columns, params)} AND {_condition(right, columns, params)})"
        case Either(left, right):
            return f"({_condition(left, columns, params)} OR {_condition(right, columns, params)})"
        case Not(of):
            return f"NOT coalesce({_condition(of, columns, params)}, 0)"
        case Comparison():
            return _comparison(found, columns, params)


def _comparison(found: Comparison, columns: Mapping[str, str], params: dict[str, Any]) -> str:
    column = columns.get(found.path)
    if column is None:
        raise invalid("invalidFilter", text("Nobody can be found by {name}.", name=found.path[:60]))
    name = f"v{len(params)}"
    column = column.format(value=f":{name}")
    if found.operator == "pr":
        params[name] = ""
        return f"({column} IS NOT NULL AND {column} <> :{name})"
    params[name] = _value(found)
    if found.operator in _SIGNS:
        return f"{column} {_SIGNS[found.operator]} :{name}"
    if found.operator in ("eq", "ne"):
        fold = "" if found.path in _EXACT or not isinstance(found.value, str) else " COLLATE NOCASE"
        return f"{column} IS {'NOT ' if found.operator == 'ne' else ''}:{name}{fold}"
    params[name] = str(found.value).lower()
    at = {"co": f"instr(lower({column}), :{name}) > 0", "sw": f"instr(lower({column}), :{name}) = 1"}
    end = f"substr(lower({column}), -length(:{name})) = :{name}"
    return at.get(found.operator, end)


def _value(found: Comparison) -> Any:
    if not found.path.startswith("meta."):
        return int(found.value) if isinstance(found.value, bool) else found.value
    try:
        return instant(datetime.fromisoformat(str(found.value)))
    except ValueError as error:
        raise invalid("invalidFilter", text("{value} is no instant.", value=str(found.value)[:60])) from error


def _person(row: Row) -> str:
    return str(row["person_id"])


def _user(row: Row) -> User:
    return User(
        id=row["id"],
        user_name=row["user_name"],
        display_name=row["name"],
        email=row["email"],
        active=bool(row["active"]),
        external_id=row["external_id"],
        extra=json.loads(row["extra"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        operator=bool(row["operator"]),
        groups=[(one[0], one[1]) for one in json.loads(row["groups"])],
    )


def _group(row: Row) -> Group:
    return Group(
        id=row["id"],
        name=row["name"],
        external_id=row["external_id"],
        org_id=row["org_id"],
        role=None if row["role"] is None else Role(row["role"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        members=json.loads(row["members"]),
    )
