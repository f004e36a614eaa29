"""Tracks and their cues, as those who work on them see it."""

import asyncio

import pytest

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from novacast.vods.captions import store
from novacast.vods.captions.models import (
    KEPT_REVISIONS,
    MOST_TRACKS,
    Changes,
    Cue,
    Kind,
    Track,
    Wish,
    shifted,
)
from novacast.vods.captions.services import CaptionServices
from novacast.vods.models import Visibility
from tests.vods.conftest import DOOR, ORG, OUTSIDER, PRODUCER, STRANGER, House

SRT = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n"
ONE, TWO = Cue(1000, 2000, "One"), Cue(3000, 4000, "Two")


async def begun(room: CaptionServices, video_id: str, words: str = SRT, **wish: object) -> Track:
    given = Wish(**{"language": "de", **wish})  # type: ignore[arg-type]  # a test's loose keywords
    return (await room.captions.add(PRODUCER, video_id, given, file=words.encode())).track


async def test_a_track_is_added_with_its_cues_and_changed(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id, kind=Kind.CAPTIONS, label="  Deutsch\n für alle ")
    assert (track.language, track.kind, track.label, track.origin) == (
        "de",
        Kind.CAPTIONS,
        "Deutsch für alle",
        "uploaded",
    )
    assert (track.cues, track.revision, track.edited) == (2, 1, False)
    assert (await room.captions.script(STRANGER, video_id, track.id)).cues == (ONE, TWO)
    changed = await room.captions.change(
        PRODUCER, video_id, track.id, Changes(language="de-AT", label="", default=True)
    )
    assert (changed.language, changed.label, changed.default, changed.revision) == ("de-AT", "", True, 1)
    await room.captions.remove(PRODUCER, video_id, track.id)
    assert await room.captions.tracks(STRANGER, video_id) == []
    assert await house.db.all(store.revisions(track.id)) == []
    assert len(await house.facts("video.captions")) == 3


async def test_where_a_track_came_from_is_said_by_its_first_cues(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    empty = (await room.captions.add(PRODUCER, video_id, Wish("de"))).track
    saved = (await room.captions.replace(PRODUCER, video_id, empty.id, SRT.encode(), empty.revision)).track
    assert (empty.origin, saved.origin) == ("typed", "uploaded")
    typed = (await room.captions.add(PRODUCER, video_id, Wish("en"))).track
    typed = await room.captions.save(PRODUCER, video_id, typed.id, [ONE], typed.revision)
    again = (await room.captions.replace(PRODUCER, video_id, typed.id, SRT.encode(), typed.revision)).track
    assert again.origin == "typed"


async def test_strangers_are_told_of_the_captions_of_public_videos_alone(house: House, room: CaptionServices) -> None:
    public, waiting = await house.publish(), await house.arrive()
    hidden = [await house.publish(visibility=one) for one in Visibility if one is not Visibility.PUBLIC]
    for video_id in (public, waiting, *hidden):
        await begun(room, video_id)
    told = {fact.subject: fact.audience for fact in await house.facts("video.captions")}
    assert told == {public: "public"} | dict.fromkeys([waiting, *hidden], f"org:{ORG}")


async def test_one_track_at_most_is_shown_to_everybody(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    first = await begun(room, video_id, default=True)
    second = await begun(room, video_id, language="en", default=True)
    shown = {track.id for track in await room.captions.tracks(STRANGER, video_id) if track.default}
    assert shown == {second.id}
    await room.captions.change(PRODUCER, video_id, first.id, Changes(default=True))
    shown = {track.id for track in await room.captions.tracks(STRANGER, video_id) if track.default}
    assert shown == {first.id}


async def test_nobody_overwrites_what_another_saved_meanwhile(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    mine, theirs = [ONE, Cue(3000, 4000, "Mine")], [ONE, Cue(3000, 4000, "Theirs")]
    results = await asyncio.gather(
        room.captions.save(PRODUCER, video_id, track.id, mine, 1),
        room.captions.save(PRODUCER, video_id, track.id, theirs, 1),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["PreconditionFailed", "Track"]
    assert (await room.captions.tracks(PRODUCER, video_id))[0].revision == 2
    with pytest.raises(PreconditionFailed):
        await room.captions.replace(PRODUCER, video_id, track.id, SRT.encode(), 1)
    with pytest.raises(PreconditionFailed):
        await room.captions.shift(PRODUCER, video_id, track.id, 1000, 1)


async def test_the_same_save_again_is_no_conflict_and_no_new_revision(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    saved = await room.captions.save(PRODUCER, video_id, track.id, [ONE], 1)
    again = await room.captions.save(PRODUCER, video_id, track.id, [ONE], 1)
    assert saved == again
    assert again.revision == 2
    assert again.edited


async def test_every_change_can_be_taken_back(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    await room.captions.save(PRODUCER, video_id, track.id, [TWO], 1)
    await room.captions.shift(PRODUCER, video_id, track.id, 500, 2)
    moved = await room.captions.script(PRODUCER, video_id, track.id)
    assert moved.cues == (Cue(3500, 4500, "Two"),)
    restored = await room.captions.restore(PRODUCER, video_id, track.id, 1, 3)
    assert restored.revision == 4
    assert (await room.captions.script(PRODUCER, video_id, track.id)).cues == (ONE, TWO)
    acts = [one.act.value for one in await room.captions.revisions(PRODUCER, video_id, track.id)]
    assert acts == ["restore", "shift", "edit", "file"]
    with pytest.raises(NotFound):
        await room.captions.restore(PRODUCER, video_id, track.id, 99, 4)


async def test_revisions_are_kept_up_to_a_number(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    for number in range(1, KEPT_REVISIONS + 6):
        await room.captions.save(PRODUCER, video_id, track.id, [Cue(number, number + 1, "x")], number)
    kept = [one.number for one in await room.captions.revisions(PRODUCER, video_id, track.id)]
    assert kept == list(range(KEPT_REVISIONS + 6, 6, -1))


async def test_cues_that_cannot_be_are_refused_with_their_numbers(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    wrong = [ONE, Cue(5, 5, "x"), Cue(1, 2, ""), Cue(1, 2, "x" * 1001), Cue(-1, 2, "x")]
    with pytest.raises(InvalidInput) as refused:
        await room.captions.save(PRODUCER, video_id, track.id, wrong, 1)
    assert [error.field for error in refused.value.errors] == ["cues.1", "cues.2", "cues.3", "cues.4"]
    with pytest.raises(InvalidInput, match="at most"):
        await room.captions.save(PRODUCER, video_id, track.id, [ONE] * 10_001, 1)
    with pytest.raises(InvalidInput, match="characters"):
        await room.captions.save(PRODUCER, video_id, track.id, [Cue(1, 2, "x" * 1000)] * 1_001, 1)


async def test_strangers_see_what_may_be_seen_and_change_nothing(house: House, room: CaptionServices) -> None:
    open_one = await house.publish()
    private = await house.publish(visibility=Visibility.PRIVATE)
    track, hidden = await begun(room, open_one), await begun(room, private)
    assert [one.id for one in await room.captions.tracks(STRANGER, open_one)] == [track.id]
    with pytest.raises(NotFound):
        await room.captions.tracks(STRANGER, private)
    with pytest.raises(NotFound):
        await room.captions.script(OUTSIDER, private, hidden.id)
    with pytest.raises(NotFound):
        await room.captions.script(STRANGER, open_one, hidden.id)
    for who in (DOOR, OUTSIDER):
        with pytest.raises(Forbidden):
            await room.captions.save(who, open_one, track.id, [ONE], 1)
        with pytest.raises(Forbidden):
            await room.captions.script(who, open_one, track.id, 1)
        with pytest.raises(Forbidden):
            await room.captions.add(who, open_one, Wish("en"))
        with pytest.raises(Forbidden):
            await room.captions.remove(who, open_one, track.id)
        with pytest.raises(Forbidden):
            await room.speech.show(who, open_one)


async def test_no_file_is_read_for_whom_it_is_not_to_edit(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    for who, refusal in ((STRANGER, Forbidden), (DOOR, Forbidden)):
        with pytest.raises(refusal):
            await room.captions.add(who, video_id, Wish("de"), file=b"these are no subtitles")
    with pytest.raises(NotFound):
        await room.captions.add(PRODUCER, "nothing", Wish("de"), file=b"these are no subtitles")


async def test_wishes_are_checked_and_bounded(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    for wish in (Wish("not a language"), Wish(""), Wish("de", label="x" * 61)):
        with pytest.raises(InvalidInput):
            await room.captions.add(PRODUCER, video_id, wish)
    for _ in range(MOST_TRACKS):
        await room.captions.add(PRODUCER, video_id, Wish("de"))
    with pytest.raises(Conflict):
        await room.captions.add(PRODUCER, video_id, Wish("de"))


async def test_captions_go_with_their_video(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    await house.videos.delete(PRODUCER, video_id)
    assert await house.db.one(store.track(video_id, track.id)) is None
    assert await house.db.all(store.revisions(track.id)) == []


def test_what_is_moved_before_the_beginning_is_cut_or_gone() -> None:
    assert shifted([ONE, TWO], -1500) == (Cue(0, 500, "One"), Cue(1500, 2500, "Two"))
    assert shifted([ONE, TWO], -2000) == (Cue(1000, 2000, "Two"),)
