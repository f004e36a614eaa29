"""All SQL about devices at doors. Of codes and tokens digests are kept alone."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.door.devices.models import Device

_DEVICE = (
    "id", "org_id", "perf_id", "list_id", "name", "gate", "about", "person_id", "code_until", "until", "created_at",
    "paired_at", "seen_at", "revoked_at",
)  # fmt: skip


def by_id(device_id: str) -> Query[Device]:
    return Query("SELECT * FROM door_devices WHERE id = ?", (device_id,), _device)


def by_token(token: bytes) -> Query[Device]:
    return Query("SELECT * FROM door_devices WHERE token = ?", (token,), _device)


def by_code(code: bytes) -> Query[Device]:
    return Query("SELECT * FROM door_devices WHERE code = ?", (code,), _device)


def of_performance(perf_id: str) -> Query[Device]:
    """Latest first."""
    return Query("SELECT * FROM door_devices WHERE perf_id = ? ORDER BY created_at DESC, id", (perf_id,), _device)


def paired_by(person_id: str, org_id: str) -> Query[Device]:
    """Those that nobody has revoked."""
    return Query(
        "SELECT * FROM door_devices WHERE person_id = ? AND org_id = ? AND revoked_at IS NULL",
        (person_id, org_id),
        _device,
    )


def of_org(org_id: str) -> Query[Device]:
    """Those that nobody has revoked."""
    return Query("SELECT * FROM door_devices WHERE org_id = ? AND revoked_at IS NULL", (org_id,), _device)


def add(tx: Transaction, one: Device, code: bytes) -> None:
    tx.insert("door_devices", **{name: getattr(one, name) for name in _DEVICE}, code=code)


def renew(tx: Transaction, device_id: str, code: bytes, until: int) -> None:
    tx.run("UPDATE door_devices SET code = ?, code_until = ? WHERE id = ?", (code, until, device_id))


def pair(tx: Transaction, device_id: str, token: bytes, about: str) -> None:
    tx.run(
        "UPDATE door_devices SET code = NULL, token = ?, about = ?, paired_at = ?, seen_at = ? WHERE id = ?",
        (token, about, tx.now, tx.now, device_id),
    )


def see(tx: Transaction, device_id: str) -> None:
    tx.run("UPDATE door_devices SET seen_at = ? WHERE id = ?", (tx.now, device_id))


def revoke(tx: Transaction, device_id: str) -> int:
    return tx.run(
        "UPDATE door_devices SET revoked_at = ?, code = NULL WHERE id = ? AND revoked_at IS NULL", (tx.now, device_id)
    )


def _device(row: Row) -> Device:
    return Device(**{name: row[name] for name in _DEVICE})
