"""Every table that names people says what export and erasure make of it, and does so.

SQLite itself tells which tables are read and changed: no list of ours could say that something is done which is not.
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from novacast.accounts.people import store as people
from novacast.accounts.sessions.models import Kind, Origin
from novacast.clock import SystemClock
from novacast.database import Transaction
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Principal
from novacast.settings import Accounts, Server, Settings
from novacast.tables import MIGRATIONS
from novacast.wiring import Services, services
from tests.databases import migrated

EMAIL, PASSWORD = "ada@example.org", "a stage with 9 lamps"
PERSONAL = re.compile(
    r"((from_|to_)?person(_id)?|owner_id|actor(_id)?|.*_by|by_id|(.*_)?email(_key)?|.*_address|device|buyer|audience|mentions"
    r"|user_agent|phone|birthday|reader)"
)
"""Names of columns that hold whom something is of, or by whom it was done, or how somebody is reached."""

NOT_OF_PEOPLE = {"invoice_sellers", "server_address"}

UNTOLD: Mapping[str, str] = {
    "alarms": "who looked at it, for the operators",
    "cancellations": "work for an organization: whose order it was is told there",
    "chat_cases": "work for an organization",
    "chat_log": "told as the messages, sanctions and reports that it is about",
    "chat_mentions": "told as messages",
    "chat_words": "work for an organization",
    "checkins": "told as tickets; by whom is work for an organization",
    "claims": "told as orders and baskets",
    "data_imports": "work of operators; the file is gone after a week, the report after ninety days",
    "import_undoings": "which operator undid an import; goes with the import",
    "door_devices": "work for an organization",
    "door_incidents": "work for an organization",
    "door_scans": "told as tickets; by whom is work for an organization",
    "orders_search": "an index of orders",
    "outbox": "told as what it tells of; gone after a week",
    "provided_roles": "told as memberships",
    "recordings_arriving": "told as videos",
    "recovery_codes": "secrets: that there are some is told",
    "refund_runs": "work for an organization",
    "sign_ups": "gone once there is an account",
    "ticket_watches": "told as viewing sessions while they last",
}
"""Not in the export, and why."""

KEPT: Mapping[str, str] = {
    "alarms": "who answered an alarm, by an id that names nobody any more",
    "audit_deeds": "who did what with other people's accounts and money must stay to be known",
    "data_imports": "which operator brought a file; gone after ninety days",
    "import_undoings": "which operator undid an import; goes with the import",
    "outbox": "ids that name nobody any more; gone after a week",
    "memberships": "ended one by one, where there are any",
    "uploads": "removed one by one, where there are any",
}
"""Not touched by an erasure of somebody without anything, and why."""


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Services]:
    data = DataFolder.at(tmp_path / "data")
    data.prepare()
    migrated(data.database, MIGRATIONS)
    cheap = Accounts(argon2_memory_kib=8192, argon2_iterations=1)
    settings = Settings(data=data.root, server=Server(port=0), accounts=cheap)
    async with services(settings, SystemClock(), readers=1) as opened:
        yield opened


def tables(own: Services) -> set[str]:
    """Those that name people."""
    found: set[str] = set()
    with sqlite3.connect(f"file:{own.db.path}?mode=ro", uri=True) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            keys = [row for row in connection.execute(f'PRAGMA foreign_key_list("{name}")') if row[2] == "people"]
            if keys or any(PERSONAL.fullmatch(column) for column in columns):
                found.add(name)
    return found - NOT_OF_PEOPLE


def noting(seen: set[str], *actions: int) -> Callable[..., int]:
    def authorize(action: int, table: str | None, *_: object) -> int:
        if action in actions and table is not None:
            seen.add(table)
        return sqlite3.SQLITE_OK

    return authorize


async def ada(own: Services) -> Principal:
    await own.accounts.administration.create_person(SYSTEM, EMAIL, "Ada", PASSWORD)
    signed_in = await own.accounts.sessions.sign_in(Kind.BROWSER, EMAIL, PASSWORD, Origin("203.0.113.7", ""))
    found = await own.accounts.sessions.principal_of(signed_in.session.id)
    assert found is not None
    return found


async def look_at_export(own: Services, principal: Principal) -> None:
    read = set[str]()
    (reader,) = own.db._readers
    await reader._execute(reader._conn.set_authorizer, noting(read, sqlite3.SQLITE_READ))
    await own.accounts.privacy.export(principal)
    await reader._execute(reader._conn.set_authorizer, None)
    named = tables(own)
    assert sorted(named - read - UNTOLD.keys()) == []
    assert sorted(UNTOLD.keys() - named) == []
    assert sorted(UNTOLD.keys() & read) == []


async def look_at_erasure(own: Services, principal: Principal) -> None:
    changed = set[str]()
    account = await own.db.one(people.account(principal.person_id or ""))
    assert account is not None

    def unit(tx: Transaction) -> None:
        tx._connection.set_authorizer(noting(changed, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE))
        try:
            own.accounts.privacy.end(tx, account)
        finally:
            tx._connection.set_authorizer(None)

    await own.db.write(unit)
    named = tables(own)
    assert sorted(named - changed - KEPT.keys()) == []
    assert sorted(KEPT.keys() - named) == []
    assert sorted(KEPT.keys() & changed) == []


async def test_every_table_that_names_people_is_exported_and_erased_or_says_why_not(own: Services) -> None:
    principal = await ada(own)
    await look_at_export(own, principal)
    await look_at_erasure(own, principal)
