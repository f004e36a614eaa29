"""How much room organizations have, and where they hear that it is all."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from novacast.database import Transaction
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.identity import SYSTEM
from novacast.settings import Uploads
from novacast.vods.endings import Endings
from novacast.vods.imports.models import Item, Wish
from novacast.vods.imports.service import Imports
from novacast.vods.storage.models import QuotaReached, Usage
from novacast.vods.storage.quota import Quotas
from novacast.vods.uploads.models import Wish as UploadWish
from novacast.vods.uploads.service import Uploads as UploadService
from tests.fakes.clock import FakeClock
from tests.vods.conftest import ORG, OTHER_ORG, OUTSIDER, OWNER, PRODUCER, House


async def filled(house: House) -> str:
    video_id = await house.publish(source_bytes=1000)
    await house.db.write(lambda tx: tx.run("UPDATE videos SET media_bytes = 300 WHERE id = ?", (video_id,)))
    return video_id


async def test_originals_renditions_and_what_is_announced_count(house: House) -> None:
    await filled(house)
    await house.publish(source_bytes=5, org_id=OTHER_ORG)
    await house.uploads.begin(PRODUCER, 70, UploadWish.of(""))
    usage = await house.quotas.usage(OWNER, ORG)
    assert (usage.originals, usage.renditions, usage.arriving, usage.used) == (1000, 300, 70, 1370)
    assert (usage.quota, usage.free, usage.share) == (None, None, None)


async def test_rungs_of_a_video_in_the_making_count_already(house: House) -> None:
    video_id = await house.arrive(source_bytes=10)
    row = "INSERT INTO rungs (video_id, name, width, height, state, bytes) VALUES (?, ?, 160, 90, ?, ?)"

    def unit(tx: Transaction) -> None:
        tx.run(row, (video_id, "144p", "published", 40))
        tx.run(row, (video_id, "240p", "encoding", None))

    await house.db.write(unit)
    assert (await house.quotas.usage(OWNER, ORG)).renditions == 40


async def test_a_quota_of_its_own_comes_before_the_setting(house: House) -> None:
    quotas = Quotas(house.db, 5000)
    assert (await quotas.usage(OWNER, ORG)).quota == 5000
    assert (await quotas.set(SYSTEM, ORG, 100)).quota == 100
    assert (await quotas.set(SYSTEM, ORG, None)).quota is None
    assert (await quotas.unset(SYSTEM, ORG)).quota == 5000
    assert (await quotas.usage(OUTSIDER, OTHER_ORG)).quota == 5000


async def test_what_an_organization_may_have_is_not_its_own_to_say(house: House) -> None:
    with pytest.raises(Forbidden):
        await house.quotas.set(OWNER, ORG, 10**15)
    with pytest.raises(InvalidInput):
        await house.quotas.set(SYSTEM, ORG, -1)
    with pytest.raises(NotFound):
        await house.quotas.usage(OUTSIDER, ORG)


async def test_an_upload_that_does_not_fit_is_refused_before_a_byte_comes(house: House, clock: FakeClock) -> None:
    await filled(house)
    quotas = Quotas(house.db, 2000)
    uploads = UploadService(house.db, house.folders, house.intake, Uploads(reserve_bytes=0), clock, quotas)
    await uploads.begin(PRODUCER, 700, UploadWish.of(""))
    with pytest.raises(QuotaReached, match=r"may have 2\.0 kB here and has 2\.0 kB; 1 B more"):
        await uploads.begin(PRODUCER, 1, UploadWish.of(""))
    assert len(await uploads.unfinished(PRODUCER)) == 1


async def test_an_import_that_does_not_fit_is_refused(house: House, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x10ftypisom" + bytes(100))
    imports = Imports(house.db, house.folders, house.intake, allowance=Quotas(house.db, 100))
    with pytest.raises(QuotaReached):
        await imports.take(Item(path), Wish(ORG))
    assert not list(house.data.uploads.iterdir())


@pytest.mark.parametrize(
    ("usage", "share", "free"),
    [
        (Usage(1, 1, 1, 1, 1, 1, 12), 0.5, 6),
        (Usage(10, 0, 0, 0, 0, 30, 12), 1.0, 0),
        (Usage(0, 0, 0, 0, 0, 0, 0), 1.0, 0),
    ],
)
def test_the_share_of_a_quota_is_never_more_than_all(usage: Usage, share: float, free: int) -> None:
    assert (usage.share, usage.free) == (share, free)


async def test_the_api_and_the_studio_tell_it(house: House, address: str, producer: ClientSession) -> None:
    await filled(house)
    async with producer.get(f"{address}/api/v1/organizations/{ORG}/storage") as answer:
        assert await answer.json() == {
            "originals": 1000, "renditions": 300, "downloads": 0, "pictures": 0, "captions": 0, "arriving": 0,
            "used": 1300, "quota": None,
        }  # fmt: skip
    await house.quotas.set(SYSTEM, ORG, 2600)
    async with producer.get(f"{address}/studio") as answer:
        shown = await answer.text()
    assert "1.3 kB of 2.6 kB" in shown
    assert 'value="0.5"' in shown
    async with producer.get(f"{address}/api/v1/organizations/{OTHER_ORG}/storage") as answer:
        assert answer.status == 404


async def test_a_quota_ends_with_its_organization(house: House) -> None:
    await house.quotas.set(SYSTEM, ORG, 7)
    await house.db.write(lambda tx: Endings(house.db, house.queue)._end_some(tx, ORG))
    assert (await house.quotas.usage(OWNER, ORG)).quota is None
