"""Uploads at the service: every break that a network, a disk or a process can make."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast import outbox
from novacast.errors import Conflict, DiskFull, Forbidden, Gone, InvalidInput, Malformed, NotFound, TooLarge
from novacast.folder import DataFolder
from novacast.identity import Principal, Role
from novacast.media.ffmpeg import FindFFmpeg
from novacast.settings import Uploads as Settings
from novacast.vods import store as videos
from novacast.vods.models import Visibility
from novacast.vods.storage.models import QuotaReached
from novacast.vods.storage.quota import Quotas
from novacast.vods.uploads import store
from novacast.vods.uploads.models import Checksum, ChecksumAlgorithm, ChecksumMismatch, Interrupted, Wish
from novacast.vods.uploads.service import Body, Uploads
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OWNER, PRODUCER, SMALL, STRANGER, House, person, prepare
from tests.waiting import until

WISH = Wish("film.mp4", "Film", "", "", Visibility.PRIVATE, None, "")


def body(*pieces: bytes | Exception | asyncio.Event) -> Body:
    """A request's body: pieces in order; an exception is a break, an event is waited for."""

    async def chunks(at_most: int) -> AsyncIterator[bytes]:
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, asyncio.Event):
                await piece.wait()
            else:
                at_most -= len(piece)
                if at_most < 0:
                    raise TooLarge("more than announced")
                yield piece

    return chunks


def sum_of(data: bytes, algorithm: ChecksumAlgorithm = ChecksumAlgorithm.SHA1) -> Checksum:
    return Checksum(algorithm, hashlib.new(algorithm, data).digest())


async def begin(house: House, length: int, who: Principal = PRODUCER, wish: Wish = WISH) -> str:
    return (await house.uploads.begin(who, length, wish)).upload.id


def arrived(house: House, upload_id: str) -> bytes:
    return house.folders.arrival(upload_id).read_bytes()


async def test_how_far_an_upload_is_is_mentioned_to_whoever_uploads(house: House, clock: FakeClock) -> None:
    upload_id = await begin(house, 6)

    async def chunks(_: int) -> AsyncIterator[bytes]:
        for piece in (b"ab", b"cd", b"ef"):
            yield piece
            clock.advance(0.5)

    await house.uploads.append(PRODUCER, upload_id, 0, chunks)
    [told] = await house.facts("upload.progress")
    assert (told.subject, told.audience, told.kept) == (upload_id, outbox.person("producer"), False)
    assert told.payload == {"offset": 6, "length": 6}


async def test_the_last_byte_makes_the_video_the_transcode_the_fact_and_the_wake_up(house: House) -> None:
    upload_id = await begin(house, 6)
    assert (await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))).offset == 3
    assert await house.db.one(videos.by_id(upload_id)) is None
    done = await house.uploads.append(PRODUCER, upload_id, 3, body(b"de", b"f"))
    assert (done.offset, done.upload.finished) == (6, True)
    video = await house.db.one(videos.by_id(upload_id))
    assert video is not None
    assert (video.title, video.org_id, video.owner_id, video.source_bytes) == ("Film", ORG, "producer", 6)
    assert arrived(house, upload_id) == b"abcdef"
    assert [event.subject for event in await house.facts("video.created")] == [upload_id]
    await house.queue.close()
    assert house.queue.waiting() == 2, "for those who do all, and for those who do what is quick"


async def test_a_finished_upload_still_tells_a_client_that_missed_the_answer(house: House) -> None:
    upload_id = await begin(house, 3)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 3
    with pytest.raises(Conflict):
        await house.uploads.append(PRODUCER, upload_id, 3, body(b""))
    with pytest.raises(Conflict):
        await house.uploads.abandon(PRODUCER, upload_id)
    assert len(await house.facts("video.created")) == 1


async def test_a_crash_between_the_last_byte_and_its_commit_is_mended_by_the_next_question(house: House) -> None:
    upload_id = await begin(house, 3)
    house.folders.arrival(upload_id).write_bytes(b"abc")
    assert (await house.uploads.show(PRODUCER, upload_id)).upload.finished
    assert await house.db.one(videos.by_id(upload_id)) is not None


async def test_what_arrived_before_a_break_is_kept(house: House) -> None:
    upload_id = await begin(house, 9)
    with pytest.raises(Malformed):
        await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc", b"d", Malformed("gone")))
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 4


async def test_the_offset_after_a_crash_is_what_is_on_disk(house: House) -> None:
    upload_id = await begin(house, 9)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abcdef"))
    with house.folders.arrival(upload_id).open("r+b") as file:
        file.truncate(2)
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 2
    with pytest.raises(Conflict, match="number 2, not 6"):
        await house.uploads.append(PRODUCER, upload_id, 6, body(b"ghi"))
    await house.uploads.append(PRODUCER, upload_id, 2, body(b"cdefghi"))
    assert arrived(house, upload_id) == b"abcdefghi"


@pytest.mark.parametrize("algorithm", list(ChecksumAlgorithm))
async def test_a_wrong_checksum_keeps_the_old_offset_and_a_right_one_moves_it(
    house: House, algorithm: ChecksumAlgorithm
) -> None:
    upload_id = await begin(house, 9)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))
    with pytest.raises(ChecksumMismatch):
        await house.uploads.append(PRODUCER, upload_id, 3, body(b"dXf"), sum_of(b"def", algorithm))
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 3
    await house.uploads.append(PRODUCER, upload_id, 3, body(b"def"), sum_of(b"def", algorithm))
    assert arrived(house, upload_id) == b"abcdef"


async def test_bytes_under_a_checksum_that_broke_off_are_not_kept(house: House) -> None:
    upload_id = await begin(house, 9)
    with pytest.raises(Malformed):
        await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc", Malformed("gone")), sum_of(b"abcdef"))
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 0


async def test_bytes_that_a_crash_left_unchecked_are_cut_off(house: House) -> None:
    upload_id = await begin(house, 9)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))
    await house.db.write(lambda tx: store.mark_unchecked(tx, upload_id, 3))
    with house.folders.arrival(upload_id).open("ab") as file:
        file.write(b"garbage"[:6])
    assert [one.offset for one in await house.uploads.unfinished(PRODUCER)] == [3]
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 3
    assert await house.db.one(videos.by_id(upload_id)) is None


async def test_a_new_request_takes_over_from_one_that_hangs_and_bytes_never_mix(house: House) -> None:
    upload_id = await begin(house, 6)
    never = asyncio.Event()
    hanging = asyncio.ensure_future(house.uploads.append(PRODUCER, upload_id, 0, body(b"abc", never, b"too late")))
    await asyncio.sleep(0)
    await until(house.folders.arrival(upload_id).exists)
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 3
    with pytest.raises(Interrupted):
        await hanging
    await house.uploads.append(PRODUCER, upload_id, 3, body(b"def"))
    assert arrived(house, upload_id) == b"abcdef"


async def test_of_many_requests_at_one_offset_exactly_one_counts(house: House) -> None:
    upload_id = await begin(house, 400_000)
    parts = [bytes([65 + n]) * 100_000 for n in range(8)]
    results = await asyncio.gather(
        *(house.uploads.append(PRODUCER, upload_id, 0, body(part)) for part in parts), return_exceptions=True
    )
    assert all(isinstance(result, (Conflict, Interrupted)) or not isinstance(result, Exception) for result in results)
    now = arrived(house, upload_id)
    assert now in parts
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 100_000


async def test_more_bytes_than_announced_are_refused(house: House) -> None:
    upload_id = await begin(house, 4)
    with pytest.raises(TooLarge):
        await house.uploads.append(PRODUCER, upload_id, 0, body(b"abcde"))
    assert (await house.uploads.show(PRODUCER, upload_id)).offset == 0


async def test_limits_are_told_before_a_byte_is_taken(house: House) -> None:
    with pytest.raises(TooLarge, match="50000000"):
        await house.uploads.begin(PRODUCER, SMALL.max_bytes + 1, WISH)
    with pytest.raises(InvalidInput, match="empty"):
        await house.uploads.begin(PRODUCER, 0, WISH)
    for _ in range(SMALL.per_person):
        await begin(house, 5)
    with pytest.raises(Conflict, match="unfinished"):
        await house.uploads.begin(PRODUCER, 5, WISH)
    await begin(house, 5, OWNER)


async def test_only_who_may_upload_to_an_organization_does(house: House) -> None:
    for who in (DOOR, person("nobody")):
        with pytest.raises(Forbidden):
            await house.uploads.begin(who, 5, WISH)
    elsewhere = Wish("f", "F", "", "", Visibility.PRIVATE, OTHER_ORG, "")
    with pytest.raises(Forbidden):
        await house.uploads.begin(PRODUCER, 5, elsewhere)
    both = Principal(person_id="both", roles={ORG: Role.OWNER, OTHER_ORG: Role.OWNER})
    with pytest.raises(InvalidInput, match="which organization"):
        await house.uploads.begin(both, 5, WISH)
    assert (await house.uploads.begin(both, 5, elsewhere)).upload.org_id == OTHER_ORG


async def test_an_upload_is_its_owners_alone(house: House) -> None:
    upload_id = await begin(house, 5)
    for who in (OWNER, DOOR, STRANGER):
        with pytest.raises(NotFound):
            await house.uploads.show(who, upload_id)
        with pytest.raises(NotFound):
            await house.uploads.append(who, upload_id, 0, body(b"abc"))
        with pytest.raises(NotFound):
            await house.uploads.abandon(who, upload_id)
    assert [one.upload.id for one in await house.uploads.unfinished(PRODUCER)] == [upload_id]
    assert await house.uploads.unfinished(OWNER) == []


async def test_an_abandoned_upload_leaves_neither_row_nor_file(house: House) -> None:
    upload_id = await begin(house, 5)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))
    await house.uploads.abandon(PRODUCER, upload_id)
    assert not house.folders.arrival(upload_id).exists()
    with pytest.raises(NotFound):
        await house.uploads.show(PRODUCER, upload_id)


async def test_an_expired_upload_is_gone_then_swept_and_a_touched_one_is_not(house: House, clock: FakeClock) -> None:
    old, touched = await begin(house, 5), await begin(house, 5)
    await house.uploads.append(PRODUCER, old, 0, body(b"abc"))
    clock.advance(3000)
    await house.uploads.append(PRODUCER, touched, 0, body(b"abc"))
    clock.advance(1000)
    with pytest.raises(Gone):
        await house.uploads.show(PRODUCER, old)
    await house.uploads.sweep()
    with pytest.raises(NotFound):
        await house.uploads.show(PRODUCER, old)
    assert not house.folders.arrival(old).exists()
    assert (await house.uploads.show(PRODUCER, touched)).offset == 3


async def test_the_sweep_of_a_finished_upload_leaves_its_file_to_the_video(house: House, clock: FakeClock) -> None:
    upload_id = await begin(house, 3)
    await house.uploads.append(PRODUCER, upload_id, 0, body(b"abc"))
    clock.advance(4000)
    await house.uploads.sweep()
    assert await house.db.one(store.by_id(upload_id)) is None
    assert arrived(house, upload_id) == b"abc"


async def test_ten_uploads_at_once_get_no_more_room_than_one_after_the_other(house: House, clock: FakeClock) -> None:
    settings = Settings(reserve_bytes=0, per_person=10)
    uploads = Uploads(house.db, house.folders, house.intake, settings, clock, Quotas(house.db, 2000))
    asked = [uploads.begin(PRODUCER, 700, WISH) for _ in range(10)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, QuotaReached) for answer in answers) == 8
    assert len(await uploads.unfinished(PRODUCER)) == 2


async def test_an_upload_that_the_disk_has_no_room_for_is_refused_at_once(
    folder: DataFolder, clock: FakeClock, find: FindFFmpeg
) -> None:
    prepare(folder)
    house = await House.open(folder, clock, find, Settings(reserve_bytes=2**60))
    try:
        with pytest.raises(DiskFull, match="room"):
            await house.uploads.begin(PRODUCER, 5, WISH)
    finally:
        await house.close()


async def test_a_disk_that_fills_keeps_what_arrived_and_takes_the_rest_later(
    small_uploads: House, small_disk: Path
) -> None:
    upload_id = await begin(small_uploads, 5_000_000)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 5_000_000)
    with pytest.raises(DiskFull):
        await small_uploads.uploads.append(PRODUCER, upload_id, 0, body(*[b"a" * 500_000] * 10))
    kept = (await small_uploads.uploads.show(PRODUCER, upload_id)).offset
    assert 0 < kept < 5_000_000
    filler.unlink()
    done = await small_uploads.uploads.append(PRODUCER, upload_id, kept, body(b"a" * (5_000_000 - kept)))
    assert done.upload.finished
