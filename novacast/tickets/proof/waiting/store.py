"""SQL that looks through the waiting list, and SQL that attacks it."""

from novacast.tickets.proof.attacks import Attack

_COLUMNS = (
    "INSERT INTO waiting (id, org_id, perf_id, item_id, email, buyer, language, quantity, fewer, state, since, "
    "hold_id, told, created_at, changed_at) VALUES "
)
SCENE = (
    (
        f"{_COLUMNS}('!w', '!o', '!p', '!room', 'x', 'email:x', 'en', 1, 0, 'unconfirmed', NULL, NULL, 1, 1, 1), "
        "('!w2', '!o', '!p', '!room', 'y', 'email:y', 'en', 1, 0, 'unconfirmed', NULL, NULL, 1, 1, 1)"
    ),
    "UPDATE waiting SET state = 'waiting', since = CASE id WHEN '!w' THEN 1 ELSE 2 END WHERE org_id = '!o'",
)
"""Two in one line."""

ATTACKS = (
    Attack(
        "stand in a line twice",
        f"{_COLUMNS}('!x', '!o', '!p', '!room', 'x', 'email:x', 'en', 1, 0, 'unconfirmed', NULL, NULL, 1, 1, 1)",
        "waiting.item_id",
    ),
    Attack("jump a line", "UPDATE waiting SET since = 0 WHERE id = '!w2'", "place in the line"),
    Attack("take somebody out of a line", "DELETE FROM waiting WHERE id = '!w'", "never deleted"),
    Attack(
        "offer what is not held",
        "UPDATE waiting SET state = 'offered', hold_id = '!h' WHERE id = '!w2'",
        "not held",
    ),
    Attack(
        "have bought what was never offered",
        "UPDATE waiting SET state = 'taken', hold_id = '!h2' WHERE id = '!w2'",
        "no such move",
    ),
)

CONTRADICTIONS = (
    (
        "SELECT 'waiting' AS what, w.id AS subject, w.state || ', and the basket is ' || h.state AS detail "
        "FROM waiting w JOIN holds h ON h.id = w.hold_id WHERE w.state = 'taken' AND h.state <> 'converted'"
    ),
    (
        "SELECT 'waiting' AS what, w.id AS subject, 'offered something else' AS detail FROM waiting w "
        "JOIN claims c ON c.hold_id = w.hold_id WHERE c.item_id <> w.item_id OR c.perf_id <> w.perf_id"
    ),
    (
        "SELECT 'waiting' AS what, w.id AS subject, count(*) || ' offered of ' || w.quantity AS detail FROM waiting w "
        "JOIN claims c ON c.hold_id = w.hold_id GROUP BY w.id HAVING count(*) > w.quantity"
    ),
)
