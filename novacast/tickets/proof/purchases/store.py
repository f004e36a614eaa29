"""SQL that holds joint payments and their shares against each other, and SQL that attacks them."""

from novacast.tickets.proof.attacks import Attack

SCENE = (
    (
        "INSERT INTO purchases VALUES ('!u', '!u', '!o', NULL, '', 'cash', 5, 'EUR', 0, NULL, '', 1), "
        "('!u2', '!u2', '!o', NULL, '', 'cash', 5, 'EUR', 0, NULL, '', 1)"
    ),
    "INSERT INTO purchase_orders VALUES ('!1', '!u', 0)",
    (
        "INSERT INTO joint_payments (key, purchase_id, number, provider, mode, instance, amount, beside, currency, "
        "what, back, until, created_at) VALUES ('!j', '!u', 1, 'cash', 'live', 'x', 5, 0, 'EUR', '', '', 9, 1), "
        "('!j2', '!u2', 1, 'cash', 'live', 'x', 5, 0, 'EUR', '', '', 9, 1)"
    ),
    "INSERT INTO payment_shares VALUES ('!a', '!j', 5)",
    "UPDATE joint_payments SET sealed = 1 WHERE key = '!j'",
    (
        "INSERT INTO payment_attempts (id, order_id, provider, mode, instance, key, amount, currency, state, "
        "created_at, changed_at) VALUES ('!a2', '!1', 'cash', 'live', 'x', '!a2', 5, 'EUR', 'created', 1, 1)"
    ),
)
"""A payment that is divided, and one that is not yet."""

ATTACKS = (
    Attack("divide a payment once more", "INSERT INTO payment_shares VALUES ('!a2', '!j', 5)", "divided already"),
    Attack("divide another's payment", "INSERT INTO payment_shares VALUES ('!a2', '!j2', 5)", "no part of this"),
    Attack("ask for what is divided by nobody", "UPDATE joint_payments SET sealed = 1 WHERE key = '!j2'", "the whole"),
    Attack("take a division back", "UPDATE joint_payments SET sealed = 0 WHERE key = '!j'", "the whole"),
    Attack("change a joint payment", "UPDATE joint_payments SET amount = 6 WHERE key = '!j'", "never changes"),
    Attack("forget a joint payment", "DELETE FROM joint_payments WHERE key = '!j'", "never deleted"),
    Attack("change a share", "UPDATE payment_shares SET amount = 4 WHERE joint_key = '!j'", "only ever added to"),
    Attack("take a share away", "DELETE FROM payment_shares WHERE joint_key = '!j'", "only ever added to"),
    Attack(
        "put an order into another purchase", "UPDATE purchase_orders SET purchase_id = '!u2'", "only ever added to"
    ),
)

_CAPTURED = "a.state IN ('captured', 'partially_refunded', 'refunded', 'disputed')"
_CAME = (
    "(SELECT count(*) FROM payment_shares s WHERE s.joint_key = j.key AND EXISTS (SELECT 1 FROM payment_attempts a "  # noqa: S608 - texts of ours
    f"WHERE a.key IN (s.attempt_key, s.attempt_key || ':late') AND {_CAPTURED}))"
)
CONTRADICTIONS = (
    (
        "SELECT 'purchase' AS what, j.key AS subject, 'one payment of ' || j.amount || ', its shares are ' || "
        "(j.beside + coalesce(sum(s.amount), 0)) AS detail FROM joint_payments j "
        "LEFT JOIN payment_shares s ON s.joint_key = j.key GROUP BY j.key "
        "HAVING j.sealed = 0 OR j.amount <> j.beside + coalesce(sum(s.amount), 0)"
    ),
    (
        f"SELECT 'purchase' AS what, j.key AS subject, {_CAME} || ' of its shares are paid' AS detail "  # noqa: S608 - texts of ours
        f"FROM joint_payments j WHERE {_CAME} NOT IN (0, (SELECT count(*) FROM payment_shares WHERE joint_key = j.key))"
    ),
)
WAITING = (
    "SELECT 'purchase' AS what, p.id AS subject, p.code || ': paid, and its membership has not begun' AS detail "  # noqa: S608 - texts of ours
    "FROM purchases p JOIN subscriptions u ON u.id = p.subscription_id AND u.state = 'pending' "
    f"JOIN joint_payments j ON j.purchase_id = p.id WHERE {_CAME} > 0"
)
"""What is in order, and needs a person where it stays so."""
