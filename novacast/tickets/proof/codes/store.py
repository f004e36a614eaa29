"""SQL that looks through what was bought with codes, and SQL that attacks it."""

from novacast.tickets.proof.attacks import Attack

SCENE = (
    (
        "INSERT INTO quotas (id, perf_id, name, capacity, created_at) VALUES ('!kept', '!p', 'x', 1, 1), "
        "('!free', '!p', 'x', 1, 1)"
    ),
    (
        "INSERT INTO codes (id, org_id, event_id, perf_id, code, code_key, note, percent_bp, amount_off, opens_hidden, "
        "opens_early, quota_id, capacity, active, created_at, changed_at) VALUES "
        "('!code', '!o', '!e', '!p', 'x', 'x', '', 0, 2, 0, 0, '!kept', 1, 1, 1, 1), "
        "('!other', '!o', '!e', '!p2', 'y', 'y', '', 0, 2, 0, 0, NULL, 9, 1, 1, 1)"
    ),
    (
        "INSERT INTO holds VALUES ('!h3', '!p', '!o', NULL, '!', 'active', 5, 9, 1, 1, NULL), "
        "('!h4', '!p2', '!o', NULL, '!', 'active', 5, 9, 1, 1, NULL)"
    ),
    "INSERT INTO claims VALUES ('!c3', '!p', '!room', NULL, '!h3', NULL, '!', 3, 0, 0, 'held', 5, 1, '!code', 2)",
)
"""A code that is good for one unit, and was spent on a place that was kept for it."""

_CLAIM = "INSERT INTO claims VALUES ('!x', '!p', '!seat', 'B', '!h3', NULL, '!', 3, 0, 0, 'held', 5, 1, {code}, 2)"

ATTACKS = (
    Attack(
        "spend a code more often than it may be",
        _CLAIM.format(code="'!code'"),
        "CHECK constraint failed",
    ),
    Attack("count down a code", "UPDATE codes SET spent = 0 WHERE id = '!code'", "not authorized"),
    Attack(
        "count down a code by an upsert",
        "INSERT INTO codes (id, org_id, event_id, code, code_key, note, percent_bp, amount_off, opens_hidden, "
        "opens_early, active, created_at, changed_at) VALUES ('!code', '!o', '!e', 'x', 'x', '', 0, 0, 0, 0, 1, 1, 1) "
        "ON CONFLICT (id) DO UPDATE SET spent = 0",
        "not authorized",
    ),
    Attack(
        "put an unspent code in place of a spent one",
        "INSERT OR REPLACE INTO codes (id, org_id, event_id, code, code_key, note, percent_bp, amount_off, "
        "opens_hidden, opens_early, active, created_at, changed_at) "
        "VALUES ('!code', '!o', '!e', 'x', 'x', '', 0, 0, 0, 0, 1, 1, 1)",
        "never deleted",
    ),
    Attack("delete a code", "DELETE FROM codes WHERE id = '!other'", "never deleted"),
    Attack(
        "lower a code's limit below what is spent", "UPDATE codes SET capacity = 0 WHERE id = '!code'", "code_limit"
    ),
    Attack("take the code off what was bought with it", "UPDATE claims SET code_id = NULL WHERE id = '!c3'", "changes"),
    Attack("make something cheaper afterwards", "UPDATE claims SET discount = 1 WHERE id = '!c3'", "never changes"),
    Attack(
        "make something cheaper without a code",
        _CLAIM.format(code="NULL"),
        "CHECK constraint failed",
    ),
    Attack(
        "use a code of another performance",
        _CLAIM.format(code="'!other'"),
        "another performance",
    ),
    Attack(
        "sell to all what is kept for a code",
        "INSERT INTO item_quotas VALUES ('!room', '!kept', '!p')",
        "kept for a code",
    ),
    Attack("give a code other places", "UPDATE codes SET quota_id = '!free' WHERE id = '!code'", "never changes"),
)

CONTRADICTIONS = (
    (
        "SELECT 'code' AS what, codes.id AS subject, code || ': says ' || spent || ', counted ' || n AS detail "
        "FROM codes JOIN (SELECT codes.id, count(claims.id) AS n FROM codes LEFT JOIN claims "
        "ON claims.code_id = codes.id AND claims.state <> 'released' GROUP BY codes.id) c ON c.id = codes.id "
        "WHERE spent <> n OR spent > capacity"
    ),
    (
        "SELECT 'claim' AS what, claims.id AS subject, discount || ' less without a code that says so' AS detail "
        "FROM claims LEFT JOIN codes ON codes.id = claims.code_id WHERE discount > 0 "
        "AND (codes.id IS NULL OR codes.event_id <> (SELECT event_id FROM performances WHERE id = claims.perf_id))"
    ),
    (
        "SELECT 'hold' AS what, claims.hold_id AS subject, count(DISTINCT code_id) || ' codes in one basket' AS detail "
        "FROM claims WHERE code_id IS NOT NULL GROUP BY hold_id HAVING count(DISTINCT code_id) > 1"
    ),
)
