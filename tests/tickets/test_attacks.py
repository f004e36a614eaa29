"""The schema refuses what must never be, whatever the code above it gets wrong."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.tables import MIGRATIONS
from novacast.tickets.holds.models import NotOnSale
from novacast.tickets.models import MACHINES, Machine
from novacast.tickets.proof.attacks import Attack
from novacast.tickets.proof.service import Proof
from novacast.tickets.proof.store import ATTACKS, set_scene
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.tickets.box import GUEST, OWNER, Box, open_box, services


async def test_every_attack_is_refused_and_leaves_nothing(box: Box) -> None:
    before = await box.own.proof.audit()
    assert await box.own.proof.attacked() == ()
    after = await box.own.proof.audit()
    assert before == after


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
async def test_an_attack_that_works_is_found(box: Box, attack: Attack) -> None:
    """Each attack does what it says where nothing hinders it: otherwise its refusal would prove nothing."""
    with closing(sqlite3.connect(box.db.path, isolation_level=None)) as bare:
        names = [row[0] for row in bare.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        bare.execute("BEGIN IMMEDIATE")
        scene = Transaction(bare, 1)
        set_scene(scene)
        for name in names:
            bare.execute(f'DROP TRIGGER "{name}"')
        indexes = ("one_claim_per_seat", "one_live_ticket", "one_entry", "waiting_once", "one_refund_per_key")
        for index in (*indexes, "one_posting"):
            bare.execute(f"DROP INDEX {index}")
        bare.execute("PRAGMA ignore_check_constraints = ON")
        if attack.sql.startswith("DROP"):
            bare.execute("CREATE TRIGGER claims_moves BEFORE UPDATE OF state ON claims BEGIN SELECT 1; END")
        bare.execute(attack.sql)
        bare.execute("ROLLBACK")


async def test_a_database_that_lost_a_trigger_sells_nothing(folder: DataFolder, clock: FakeClock) -> None:
    async with open_box(folder.database, clock) as box:
        with closing(sqlite3.connect(folder.database)) as bare:
            bare.execute("DROP TRIGGER claims_kept")
            bare.commit()
        await box.own.begin()
        with pytest.raises(NotOnSale, match="shut"):
            await box.standing()
        assert "steal a seat" in (await box.own.proof.audit()).attacks


async def test_a_connection_without_its_guard_is_noticed(box: Box, folder: DataFolder) -> None:
    db = await Database.open(folder.database, SystemClock(), readers=1)
    try:
        assert "count down a quota" in await Proof(db).attacked()
    finally:
        await db.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("machines") / "machines.db"
    migrated(path, MIGRATIONS)
    return path


@pytest.mark.parametrize("machine", MACHINES, ids=[one.name for one in MACHINES])
def test_the_triggers_know_the_moves_that_the_code_knows_and_no_other(scene: Path, machine: Machine) -> None:
    with closing(sqlite3.connect(scene, isolation_level=None)) as bare:
        (trigger,) = bare.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (f"{machine.table}_moves",)
        ).fetchone()
        bare.execute("CREATE TEMP TABLE subject (state TEXT)")
        bare.execute("INSERT INTO subject VALUES (NULL)")
        bare.execute(
            trigger.replace("CREATE TRIGGER", "CREATE TEMP TRIGGER").replace(f"ON {machine.table}", "ON subject")
        )
        for old in machine.moves:
            for new in machine.moves:
                bare.execute("DELETE FROM subject")
                bare.execute("INSERT INTO subject VALUES (?)", (old,))
                legal = old == new or machine.allows(old, new)
                try:
                    bare.execute("UPDATE subject SET state = ?", (new,))
                    assert legal, (old, new)
                except sqlite3.IntegrityError:
                    assert not legal, (old, new)


async def test_every_move_is_written_down_by_the_database_itself(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    with closing(sqlite3.connect(box.db.path)) as bare:
        rows = bare.execute("SELECT old, new FROM moves WHERE subject = ? ORDER BY n", (receipt.order.id,)).fetchall()
    assert rows == [(None, "draft"), ("draft", "awaiting_payment"), ("awaiting_payment", "paid")]


async def test_verify_names_a_quota_that_is_miscounted_and_a_move_that_was_never_made(box: Box) -> None:
    await box.standing(2)
    with closing(sqlite3.connect(box.db.path)) as bare:
        bare.execute("UPDATE quotas SET used = 1")
        bare.execute("DROP TRIGGER holds_moved")
        bare.execute("UPDATE holds SET state = 'paying'")
        bare.commit()
    audit = await box.own.proof.audit()
    assert not audit.clean
    assert {one.what for one in audit.broken} == {"quota", "hold"}
    assert "says 1, counted 2" in next(one.detail for one in audit.broken if one.what == "quota")


async def test_an_item_that_joins_a_quota_brings_what_is_sold_of_it(box: Box) -> None:
    await box.sold(3)
    add = box.own.performances.add_quota
    with pytest.raises(Conflict, match="already"):
        await add(OWNER, box.night.id, "Too small", 2, [box.room.id])
    made = await add(OWNER, box.night.id, "Fits", 3, [box.room.id])
    assert made.used == 3
    await box.clean()


async def test_another_process_sees_what_the_first_one_took(box: Box) -> None:
    await box.standing(4)
    other = services(box.db, box.clock)
    assert (await other.performances.show(GUEST, box.night.id)).left[box.room.id] == 1
