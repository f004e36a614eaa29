"""What a bank is sent about a membership, and who gets to see it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from novacast.accounts.people.service import Addressees
from novacast.accounts.sessions.logins import LogIns
from novacast.errors import Forbidden, NotFound
from novacast.folder import DataFolder
from novacast.payments.memberships.evidence import store
from novacast.payments.memberships.evidence.models import Case
from novacast.payments.memberships.evidence.service import Evidence
from novacast.payments.memberships.models import Subscription
from novacast.tickets.services import FONTS
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, BEN, DOOR, ORG, OTHER_ORG, SELLER, day
from tests.payments.memberships.test_card_books import disputed

MINUTE = 60_000_000


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


async def titles(org_id: str, ids: Sequence[str]) -> dict[str, str]:
    return {one: f"The film {one}" for one in ids}


async def told(club: CardClub, one: Subscription) -> Case:
    return await club.own.evidence._case(ORG, one.id, titles)


def session(club: CardClub) -> dict[str, Any]:
    now = club.clock.now()
    return {
        "id": "s1", "person_id": "ada", "kind": "browser", "secret": b"1", "device": "Firefox", "address": "192.0.2.7",
        "created_at": now, "seen_at": now + MINUTE, "expires_at": now + 2 * MINUTE,
    }  # fmt: skip


async def test_it_tells_what_was_agreed_paid_and_watched_and_where_a_bank_asks_the_log_ins(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.db.write(lambda tx: tx.insert("sessions", **session(club)))
    at = club.clock.now()
    seen = [(f"v{n}", who, media, "phone", at, at + MINUTE) for n, (who, media) in enumerate(SEEN)]
    for until in (MINUTE, 2 * MINUTE):
        await club.db.write(lambda tx, until=until: store.watched(tx, [(*one[:5], at + until) for one in seen]))
    await club.go(day("2026-03-01"))
    await club.own.memberships.pause(ADA, made.id)
    case = await told(club, made)
    assert [(one.media_id, one.until) for one in case.watches] == [("video1", at + 2 * MINUTE)]
    assert (case.email, [one.amount for one in case.charges]) == ("ada@venue.example", [900, 900])
    assert ([kind for _, kind in case.changes], case.titles) == (["pause"], {"video1": "The film video1"})
    assert (case.disputes, case.log_ins) == ([], [])
    club.standin.money.inquire(club.standin.account.all("charge")[0])
    await club.hear()
    case = await told(club, made)
    assert [one.state for one in case.disputes] == ["asked"]
    assert [(one.device, one.address) for one in case.log_ins] == [("Firefox", "192.0.2.7")]
    assert (await club.own.evidence.pack(SELLER, ORG, made.id, titles)).startswith(b"%PDF")


SEEN = (("ada", "video1"), ("ada", "video2"), ("ben", "video1"))


async def test_it_is_for_those_who_see_the_orders_of_the_house(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    disputed(club)
    await club.hear()
    for who, org, error in (
        (DOOR, ORG, Forbidden),
        (ADA, ORG, NotFound),
        (BEN, ORG, NotFound),
        (SELLER, OTHER_ORG, NotFound),
    ):
        with pytest.raises(error):
            await club.own.evidence.pack(who, org, made.id, titles)


class Seen:
    """What playback would tell."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str, int, int]] = []

    async def seen_since(self, at: int) -> Sequence[tuple[str, str, str, str, int, int]]:
        return [one for one in self.rows if one[-1] >= at]


async def test_who_watched_is_forgotten_with_the_account_and_after_eighteen_months(club: CardClub) -> None:
    made, seen = await club.member(await club.plan(await club.tier())), Seen()
    keeping = Evidence(club.db, Addressees(), seen, LogIns(club.db), FONTS)
    for at, kept in ((club.clock.now(), 1), (day("2027-08-01"), 0)):
        await club.go(at)
        seen.rows += [("v1", "ada", "video1", "phone", at, at)] if kept else []
        await keeping.sweep()
        assert len((await told(club, made)).watches) == kept
    now = club.clock.now()
    seen.rows.append(("v2", "ada", "video1", "phone", now, now))
    await keeping.sweep()
    assert len((await told(club, made)).watches) == 1
    await club.db.write(lambda tx: club.own.personal.erase(tx, ADA))
    assert (await told(club, made)).watches == []
