"""SQL of browsers and messages to them."""

from novacast.database import Query, Row, Transaction
from novacast.identity import new_id
from novacast.notifications.push.models import FARTHEST, Browser, Message, Sending, Urgency


def of_person(person_id: str) -> Query[Browser]:
    """The one that was heard of last first."""
    return Query("SELECT * FROM push_browsers WHERE person_id = ? ORDER BY heard_at DESC, id", (person_id,), _browser)


def by_endpoint(endpoint: str) -> Query[Browser]:
    return Query("SELECT * FROM push_browsers WHERE endpoint = ?", (endpoint,), _browser)


def keep(tx: Transaction, one: Browser) -> None:
    """Another person's until now: they are told nothing there any more."""
    tx.run("DELETE FROM push_browsers WHERE endpoint = ? AND person_id <> ?", (one.endpoint, one.person_id))
    tx.run(
        "INSERT INTO push_browsers (id, person_id, session_id, endpoint, p256dh, auth, device, created_at, heard_at, "
        "key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (endpoint) DO UPDATE SET session_id = excluded.session_id, "
        "p256dh = excluded.p256dh, auth = excluded.auth, device = excluded.device, heard_at = excluded.heard_at, "
        "key = excluded.key",
        (
            one.id,
            one.person_id,
            one.session_id,
            one.endpoint,
            one.p256dh,
            one.auth,
            one.device,
            tx.now,
            tx.now,
            one.key,
        ),
    )


def keep_newest(tx: Transaction, person_id: str, most: int) -> None:
    tx.run(
        "DELETE FROM push_browsers WHERE person_id = ? AND id NOT IN "
        "(SELECT id FROM push_browsers WHERE person_id = ? ORDER BY heard_at DESC, created_at DESC LIMIT ?)",
        (person_id, person_id, most),
    )


def drop(tx: Transaction, browser_id: str) -> int:
    return tx.run("DELETE FROM push_browsers WHERE id = ?", (browser_id,))


def drop_of(tx: Transaction, person_id: str, browser_id: str) -> int:
    return tx.run("DELETE FROM push_browsers WHERE id = ? AND person_id = ?", (browser_id, person_id))


def drop_session(tx: Transaction, session_id: str) -> int:
    return tx.run("DELETE FROM push_browsers WHERE session_id = ?", (session_id,))


def forget(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM push_browsers WHERE person_id = ?", (person_id,))


def queue(tx: Transaction, browser_id: str, message: Message, payload: str) -> None:
    """In place of one about the same that has not left yet."""
    tx.run("DELETE FROM push_messages WHERE browser_id = ? AND topic = ?", (browser_id, message.tag))
    tx.insert(
        "push_messages",
        browser_id=browser_id,
        payload=payload,
        topic=message.tag,
        urgency=message.urgency.value,
        next_at=tx.now,
        expires_at=tx.now + message.seconds * 1_000_000,
    )


def due(now: int, limit: int) -> Query[Sending]:
    return Query(
        "SELECT m.id AS number, m.payload, m.topic, m.urgency, m.attempts, m.expires_at, b.* FROM push_messages m "
        "JOIN push_browsers b ON b.id = m.browser_id WHERE m.next_at NOT BETWEEN ? AND ? ORDER BY m.next_at, m.id "
        "LIMIT ?",
        (now + 1, now + FARTHEST, limit),
        _sending,
    )


def claim(tx: Transaction, message_id: int, until: int) -> int:
    """1 for the one that may send it."""
    return tx.run(
        "UPDATE push_messages SET attempts = attempts + 1, next_at = ? WHERE id = ? AND next_at NOT BETWEEN ? AND ?",
        (until, message_id, tx.now + 1, tx.now + FARTHEST),
    )


def postpone(tx: Transaction, message_id: int, next_at: int) -> None:
    tx.run("UPDATE push_messages SET next_at = ? WHERE id = ?", (next_at, message_id))


def done(tx: Transaction, message_id: int) -> None:
    tx.run("DELETE FROM push_messages WHERE id = ?", (message_id,))


def expire(tx: Transaction) -> int:
    return tx.run("DELETE FROM push_messages WHERE expires_at <= ?", (tx.now,))


def new_browser(
    person_id: str, session_id: str | None, endpoint: str, p256dh: str, auth: str, device: str, key: str
) -> Browser:
    return Browser(new_id(), person_id, session_id, endpoint, p256dh, auth, device, 0, 0, key)


def _browser(row: Row) -> Browser:
    return Browser(
        row["id"],
        row["person_id"],
        row["session_id"],
        row["endpoint"],
        row["p256dh"],
        row["auth"],
        row["device"],
        row["created_at"],
        row["heard_at"],
        row["key"],
    )


def _sending(row: Row) -> Sending:
    return Sending(
        row["number"],
        _browser(row),
        row["payload"],
        row["topic"],
        Urgency(row["urgency"]),
        row["expires_at"],
        row["attempts"],
    )
