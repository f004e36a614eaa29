"""SQL that looks through the books, and SQL that attacks them."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass
from novacast.tickets.models import Machine
from novacast.tickets.proof.attacks import Attack
from novacast.tickets.proof.codes import store as codes
from novacast.tickets.proof.memberships import store as memberships
from novacast.tickets.proof.money import store as money
from novacast.tickets.proof.purchases import store as purchases
from novacast.tickets.proof.waiting import store as waiters


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the books that is not as it must be."""

    what: str
    subject: str
    detail: str


def miscounted() -> Query[Oddity]:
    return Query(
        "SELECT 'quota' AS what, q.id AS subject, q.name || ': says ' || q.used || ', counted ' || c.n AS detail "
        "FROM quotas q JOIN (SELECT quotas.id, CASE WHEN kept.id IS NULL "
        "THEN (SELECT count(*) FROM item_quotas i JOIN claims ON claims.item_id = i.item_id AND state <> 'released' "
        "LEFT JOIN codes ON codes.id = claims.code_id WHERE i.quota_id = quotas.id AND codes.quota_id IS NULL) "
        "ELSE (SELECT count(*) FROM claims WHERE code_id = kept.id AND state <> 'released') END AS n "
        "FROM quotas LEFT JOIN codes kept ON kept.quota_id = quotas.id) c ON c.id = q.id "
        "WHERE q.used <> c.n OR q.used > q.capacity",
        (),
        _oddity,
    )


def misled(machine: Machine) -> Query[Oddity]:
    """Rows whose written moves are no way from the beginning to where they are, step by step."""
    legal = ", ".join(f"('{old}', '{new}')" for old, after in machine.moves.items() for new in sorted(after))
    return Query(
        f"WITH told AS (SELECT subject, n, old, new, lag(new) OVER w AS before, "  # noqa: S608 - names of ours
        f"row_number() OVER (PARTITION BY subject ORDER BY n DESC) AS back "
        f"FROM moves WHERE machine = '{machine.name}' WINDOW w AS (PARTITION BY subject ORDER BY n)) "
        f"SELECT '{machine.name}' AS what, told.subject, "
        f"coalesce(told.old, 'nothing') || ' > ' || told.new AS detail FROM told WHERE NOT ("
        f"(told.before IS NULL AND told.old IS NULL AND told.new = '{machine.initial}') "
        f"OR (told.old IS told.before AND coalesce((told.old, told.new) IN (VALUES {legal}), 0))) "
        f"UNION ALL SELECT '{machine.name}', {machine.table}.id, "
        f"{machine.table}.state || ', last told ' || coalesce(told.new, 'nothing') FROM {machine.table} "
        f"LEFT JOIN told ON told.subject = {machine.table}.id AND told.back = 1 "
        f"WHERE told.new IS NOT {machine.table}.state LIMIT 100",
        (),
        _oddity,
    )


_CONTRADICTIONS = (
    (
        "SELECT 'seat' AS what, perf_id || ' ' || seat_id AS subject, count(*) || ' have it' AS detail FROM claims "
        "WHERE seat_id IS NOT NULL AND state <> 'released' GROUP BY perf_id, seat_id HAVING count(*) > 1"
    ),
    (
        "SELECT 'order' AS what, o.id AS subject, o.code || ': ' || o.total || ' due, units cost ' || "
        "coalesce(sum(c.price "
        "+ c.fee), 0) AS detail FROM orders o LEFT JOIN claims c ON c.order_id = o.id GROUP BY o.id "
        "HAVING o.total <> coalesce(sum(c.price + c.fee), 0)"
    ),
    (
        "SELECT 'order' AS what, o.id AS subject, o.code || ': paid without the money' AS detail FROM orders o "
        "WHERE o.state IN ('paid', 'paid_unfulfillable') AND o.total > "
        "(SELECT coalesce(sum(captured), 0) FROM payment_attempts WHERE order_id = o.id)"
    ),
    (
        "SELECT 'claim' AS what, c.id AS subject, c.state || ' in a hold that is ' || h.state AS detail FROM claims c "
        "JOIN holds h ON h.id = c.hold_id WHERE NOT CASE h.state WHEN 'active' THEN c.state = 'held' "
        "WHEN 'paying' THEN c.state IN ('paying', 'held') WHEN 'closing' THEN c.state IN ('paying', 'held') "
        "WHEN 'converted' THEN c.state IN ('sold', 'released') ELSE c.state = 'released' END"
    ),
    (
        "SELECT 'claim' AS what, c.id AS subject, 'sold, with ' || count(t.id) || ' valid tickets' AS detail "
        "FROM claims c "
        "LEFT JOIN tickets t ON t.claim_id = c.id AND t.state = 'valid' WHERE c.state = 'sold' GROUP BY c.id "
        "HAVING count(t.id) <> 1"
    ),
    (
        "SELECT 'ticket' AS what, t.id AS subject, 'valid, and its unit is ' || c.state AS detail FROM tickets t "
        "JOIN claims c ON c.id = t.claim_id WHERE t.state = 'valid' AND c.state <> 'sold'"
    ),
    (
        "SELECT 'claim' AS what, c.id AS subject, 'sold in an order that is ' || o.state AS detail FROM claims c "
        "JOIN orders o ON o.id = c.order_id WHERE c.state = 'sold' AND o.state NOT IN ('paid', 'partially_refunded')"
    ),
    "SELECT 'hold' AS what, id AS subject, 'kept past its limit' AS detail FROM holds WHERE expires_at > limit_at",
    (
        "WITH came AS (SELECT list_id, gate, sum(kind = 'entry') AS entries, sum(kind = 'exit') AS exits, "
        "sum(open) AS inside FROM checkins GROUP BY list_id, gate) "
        "SELECT 'gate' AS what, c.list_id || ' ' || c.gate AS subject, 'says ' || c.entries || ' in, ' || c.exits || "
        "' out, ' || c.inside || ' inside' AS detail FROM door_counts c "
        "LEFT JOIN came USING (list_id, gate) WHERE (c.entries, c.exits, c.inside) IS NOT "
        "(coalesce(came.entries, 0), coalesce(came.exits, 0), coalesce(came.inside, 0))"
    ),
)


def contradictions() -> Sequence[Query[Oddity]]:
    return [
        Query(f"{sql} LIMIT 100", (), _oddity)
        for sql in (
            *_CONTRADICTIONS,
            *codes.CONTRADICTIONS,
            *waiters.CONTRADICTIONS,
            *money.CONTRADICTIONS,
            *memberships.CONTRADICTIONS,
            *purchases.CONTRADICTIONS,
        )
    ]


def waiting() -> Query[Oddity]:
    """What is in order, and needs a person: money without stock, money that is not what was asked for."""
    return Query(
        "SELECT 'order' AS what, id AS subject, code || ': paid, and its seats are gone' AS detail FROM orders "  # noqa: S608 - a text of ours
        "WHERE state = 'paid_unfulfillable' UNION ALL "
        f"SELECT 'payment', id, mismatch FROM payment_attempts WHERE mismatch IS NOT NULL UNION ALL {money.WAITING} "
        f"UNION ALL {memberships.WAITING} UNION ALL {purchases.WAITING} LIMIT 100",
        (),
        _oddity,
    )


def sizes() -> Query[tuple[int, int, int, int]]:
    """Quotas, claims, moves and transfers of the ledger there are."""
    return Query(
        "SELECT (SELECT count(*) FROM quotas), (SELECT count(*) FROM claims), (SELECT count(*) FROM moves), "
        "(SELECT count(*) FROM ledger)",
        (),
        lambda row: (int(row[0]), int(row[1]), int(row[2]), int(row[3])),
    )


_SCENE = (
    "INSERT INTO events VALUES ('!e', '!o', 'x', '', 'x', 'UTC', 'EUR', 0, 1, 1)",
    (
        "INSERT INTO performances (id, number, event_id, org_id, starts_at, ends_at, most_per_person, state, "
        "created_at, "
        "changed_at) VALUES ('!p', 1, '!e', '!o', 1, 2, 9, 'draft', 1, 1), ('!p2', 2, '!e', '!o', 1, 2, 9, "
        "'draft', 1, 1)"
    ),
    (
        "INSERT INTO items (id, number, perf_id, name, kind, seated, price, open_price, fee, tax_bp, most, opens_live, "
        "replay_until, on_sale, created_at) VALUES ('!seat', 1, '!p', 'x', 'seated', 1, 5, 0, 0, 0, 9, 0, NULL, 1, 1), "
        "('!room', 2, '!p', 'x', 'general', 0, 5, 0, 0, 0, 9, 0, NULL, 1, 1)"
    ),
    "INSERT INTO quotas (id, perf_id, name, capacity, created_at) VALUES ('!q', '!p', 'x', 1, 1)",
    "INSERT INTO item_quotas VALUES ('!room', '!q', '!p')",
    (
        "INSERT INTO seats VALUES ('!p', 'A', '', '', '', 1, 1, '', 'normal', 0, 0, 0), "
        "('!p', 'B', '', '', '', 2, 2, '', 'normal', 0, 0, 0), ('!p', 'C', '', '', '', 3, 3, '', 'normal', 0, 0, 1)"
    ),
    (
        "INSERT INTO holds VALUES ('!h', '!p', '!o', NULL, '!', 'active', 5, 9, 1, 1, NULL), "
        "('!h2', '!p', '!o', NULL, '!', 'active', 5, 9, 1, 1, NULL)"
    ),
    (
        "INSERT INTO claims VALUES ('!c', '!p', '!seat', 'A', '!h', NULL, '!', 5, 0, 0, 'held', 5, 1, NULL, 0), "
        "('!c2', '!p', '!room', NULL, '!h2', NULL, '!', 5, 0, 0, 'held', 5, 1, NULL, 0)"
    ),
    (
        "INSERT INTO orders (id, code, org_id, perf_id, hold_id, name, email, email_key, language, method, "
        "channel, total, "
        "currency, test, state, created_at, changed_at) VALUES "
        "('!1', '!1', '!o', '!p', '!h', '', '', '', 'en', 'cash', 'web', 5, 'EUR', 0, 'draft', 1, 1), "
        "('!2', '!2', '!o', '!p', '!h2', '', '', '', 'en', 'cash', 'web', 5, 'EUR', 0, 'draft', 1, 1)"
    ),
    "UPDATE orders SET state = 'awaiting_payment', due_at = 9 WHERE org_id = '!o'",
    (
        "INSERT INTO payment_attempts (id, order_id, provider, mode, instance, key, amount, currency, state, "
        "created_at, "
        "changed_at) VALUES ('!a', '!1', 'cash', 'live', 'x', '!a', 5, 'EUR', 'created', 1, 1)"
    ),
    "UPDATE payment_attempts SET state = 'submitted' WHERE id = '!a'",
    "UPDATE payment_attempts SET state = 'captured', captured = 5 WHERE id = '!a'",
    "UPDATE orders SET state = 'paid' WHERE id = '!1'",
    "UPDATE claims SET state = 'sold', order_id = '!1', expires_at = NULL WHERE id = '!c'",
    "INSERT INTO tickets VALUES ('!t', '!c', '!1', '!o', '!p', '!seat', NULL, '', 1, 1, 0, 'valid', 1, 1)",
    (
        "INSERT INTO checkin_lists (id, org_id, perf_id, name, items, reentry, created_at) "
        "VALUES ('!l', '!o', '!p', 'x', '[]', 0, 1)"
    ),
    "INSERT INTO checkins VALUES ('!i', '!t', '!l', 'entry', 1, 0, '', NULL, 1)",
    (
        "INSERT INTO door_devices (id, org_id, perf_id, list_id, name, gate, code_until, until, created_at, "
        "revoked_at) VALUES ('!d', '!o', '!p', '!l', 'x', '', 1, 1, 1, 1)"
    ),
    (
        "INSERT INTO door_scans (list_id, id, gate, leaving, offline, verdict, scanned_at, at) "
        "VALUES ('!l', '!s', '', 0, 0, 'void', 1, 1)"
    ),
)
"""A seat sold with a ticket that was let in, a quota of one unit used up, and an order that nobody has paid."""

_CLAIM = "('!x', '!p', '{item}', {seat}, '!h2', NULL, '!', 5, 0, 0, '{state}', {until}, 1, NULL, 0)"
_A_SEAT = _CLAIM.format(item="!seat", seat="'A'", state="held", until=5)
_TICKET = "('!x', '{claim}', '{order}', '!o', '!p', '{item}', NULL, '', {n}, {n}, 0, 'valid', 1, 1)"


def _put(table: str, row: str, how: str = "INSERT") -> str:
    return f"{how} INTO {table} VALUES {row}"


def _replace(table: str, row: str) -> str:
    return _put(table, row, "INSERT OR REPLACE")


ATTACKS = (
    Attack("sell a seat twice", _put("claims", _A_SEAT), "claims.seat_id"),
    Attack("steal a seat", _replace("claims", _A_SEAT), "never deleted"),
    Attack(
        "steal a unit by its id",
        _replace("claims", _A_SEAT.replace("!x", "!c")),
        "never deleted",
    ),
    Attack(
        "sell more than there is",
        _put("claims", _CLAIM.format(item="!room", seat="NULL", state="held", until=5)),
        "used <= capacity",
    ),
    Attack("count down a quota", "UPDATE quotas SET used = 0 WHERE id = '!q'", "not authorized"),
    Attack(
        "count down a quota by an upsert",
        "INSERT INTO quotas (id, perf_id, name, capacity, created_at) VALUES ('!q', '!p', 'x', 1, 1) "
        "ON CONFLICT (id) DO UPDATE SET used = 0",
        "not authorized",
    ),
    Attack(
        "put an empty quota in place of a full one",
        "INSERT OR REPLACE INTO quotas (id, perf_id, name, capacity, created_at) VALUES ('!q', '!p', 'x', 1, 1)",
        "never deleted",
    ),
    Attack("lower a capacity below what is sold", "UPDATE quotas SET capacity = 0 WHERE id = '!q'", "used <= capacity"),
    Attack("delete a claim", "DELETE FROM claims WHERE id = '!c'", "never deleted"),
    Attack(
        "begin a claim as sold",
        _put("claims", _CLAIM.format(item="!seat", seat="'B'", state="sold", until="NULL")),
        "must begin held",
    ),
    Attack("move a claim to another seat", "UPDATE claims SET seat_id = 'B' WHERE id = '!c'", "never changes"),
    Attack("sell back in time", "UPDATE claims SET state = 'held', expires_at = 5 WHERE id = '!c'", "no such move"),
    Attack(
        "sell what is not paid",
        "UPDATE claims SET state = 'sold', order_id = '!2', expires_at = NULL WHERE id = '!c2'",
        "not paid",
    ),
    Attack(
        "sell a seat without one",
        _put("claims", _CLAIM.format(item="!seat", seat="NULL", state="held", until=5)),
        "a seat exactly",
    ),
    Attack("sell a blocked seat", _put("claims", _A_SEAT.replace("'A'", "'C'")), "blocked"),
    Attack(
        "sell for another performance",
        _put("claims", _A_SEAT.replace("!p", "!p2")),
        "hold is over",
    ),
    Attack("give a sold seat away", "UPDATE claims SET state = 'released' WHERE id = '!c'", "still valid"),
    Attack(
        "block a sold seat",
        "UPDATE seats SET blocked = 1 WHERE perf_id = '!p' AND seat_id = 'A'",
        "somebody has this one",
    ),
    Attack("pay without money", "UPDATE orders SET state = 'paid' WHERE id = '!2'", "money is not there"),
    Attack("skip the payment", "UPDATE orders SET state = 'refunded' WHERE id = '!2'", "no such move"),
    Attack("change what an order costs", "UPDATE orders SET total = 0 WHERE id = '!2'", "only what was paid"),
    Attack("add to an order what nobody paid", "UPDATE orders SET total = 6 WHERE id = '!1'", "only what was paid"),
    Attack(
        "capture more than was asked", "UPDATE payment_attempts SET captured = 6 WHERE id = '!a'", "captured BETWEEN"
    ),
    Attack("lose money", "UPDATE payment_attempts SET captured = 4 WHERE id = '!a'", "does not vanish"),
    Attack(
        "make a ticket that nobody bought",
        _put("tickets", _TICKET.format(claim="!c2", order="!2", item="!room", n=2)),
        "not sold",
    ),
    Attack(
        "make a second ticket",
        _put("tickets", _TICKET.format(claim="!c", order="!1", item="!seat", n=2)),
        "tickets.claim_id",
    ),
    Attack(
        "put a ticket in place of another",
        _replace("tickets", _TICKET.format(claim="!c", order="!1", item="!seat", n=1)),
        "never deleted",
    ),
    Attack(
        "come in twice",
        "INSERT INTO checkins VALUES ('!x', '!t', '!l', 'entry', 1, 0, '', NULL, 1)",
        "checkins.ticket_id",
    ),
    Attack(
        "come in twice in place of once",
        "INSERT OR REPLACE INTO checkins VALUES ('!x', '!t', '!l', 'entry', 1, 0, '', NULL, 1)",
        "only ever added to",
    ),
    Attack(
        "give a device its rights back", "UPDATE door_devices SET revoked_at = NULL WHERE id = '!d'", "stays revoked"
    ),
    Attack("unsay what a door said", "UPDATE door_scans SET verdict = 'ok' WHERE id = '!s'", "never changes"),
    Attack("forget what a door said", "DELETE FROM door_scans WHERE id = '!s'", "only ever added to"),
    Attack("keep a basket for ever", "UPDATE holds SET expires_at = 99 WHERE id = '!h'", "expires_at <= limit_at"),
    Attack("change the limit of a basket", "UPDATE holds SET limit_at = 99 WHERE id = '!h'", "never changes"),
    Attack("change what was written down", "UPDATE moves SET new = 'held' WHERE subject = '!c'", "only ever added to"),
    Attack("delete what was written down", "DELETE FROM moves WHERE subject = '!c'", "only ever added to"),
    Attack(
        "write down what did not happen",
        "INSERT INTO moves (at, machine, subject, old, new) VALUES (1, 'claim', '!c', 'sold', 'held')",
        "not authorized",
    ),
    Attack("switch the triggers off", "PRAGMA recursive_triggers = OFF", "not authorized"),
    Attack("take a trigger away", "DROP TRIGGER claims_moves", "not authorized"),
    *codes.ATTACKS,
    *waiters.ATTACKS,
    *money.ATTACKS,
    *purchases.ATTACKS,
)


def set_scene(tx: Transaction) -> None:
    for sql in (*_SCENE, *codes.SCENE, *waiters.SCENE, *money.SCENE, *purchases.SCENE):
        tx.run(sql)


def attack(tx: Transaction, one: Attack) -> None:
    """Raises DatabaseError, where all is well."""
    tx.run(one.sql)


def _oddity(row: Row) -> Oddity:
    return Oddity(row["what"], row["subject"], str(row["detail"]))
