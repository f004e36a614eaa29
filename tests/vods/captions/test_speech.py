"""Speech written down by a server of the published shape: in pieces, in spite of refusals and kills."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import DAY
from novacast.errors import Conflict, MediaFailure
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FFmpeg
from novacast.media.transcription import read_answer
from novacast.settings import Speech as SpeechSettings
from novacast.vods.captions.models import Cue, Origin, Wish
from novacast.vods.captions.services import CaptionServices
from novacast.vods.captions.speech import store
from novacast.vods.captions.speech.models import ATTEMPTS, Speech, SpeechState
from tests.fakes.clock import FakeClock
from tests.vods.captions.conftest import Listener, room_of
from tests.vods.conftest import PRODUCER, House
from tests.vods.stock import MADE, filled, opened

PIECES = 3
"""In which the talk of 40 s is sent, of at most 20 s: cut at 19 and 35."""
SECRET = "sk-never-shown"


@pytest.fixture(scope="session")
def talked(tmp_path_factory: pytest.TempPathFactory, ffmpeg: FFmpeg, talk: Path) -> Path:
    return filled(tmp_path_factory.mktemp("talked") / "data", ffmpeg, talk)


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock, ffmpeg: FFmpeg, talked: Path) -> AsyncIterator[House]:
    async with opened(folder, clock, ffmpeg, talked) as house:
        yield house


@pytest.fixture
def video_id(house: House) -> str:
    return MADE


@pytest.fixture
async def hearing(house: House, clock: FakeClock, listener: Listener) -> CaptionServices:
    return room_of(house, clock, SpeechSettings(base_url=listener.url, key=SECRET, piece_seconds=20))


async def speech_of(house: House, video_id: str) -> Speech:
    found = await house.db.one(store.by_video(video_id))
    assert found is not None
    return found


async def finish(house: House, room: CaptionServices, video_id: str) -> Speech:
    """As the queue would, job after job."""
    for _ in range(PIECES + 2):
        await room.work.run(video_id)
    return await speech_of(house, video_id)


async def test_what_is_said_becomes_a_track_marked_as_automatic(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str
) -> None:
    listener.pieces = [[(0.5, 2.0, "Good evening.")], [(2.0, 4.0, "Act two.")], [(1.5, 3.0, "The end.")]]
    await hearing.speech.ask(PRODUCER, video_id)
    speech = await finish(house, hearing, video_id)
    assert speech.state is SpeechState.DONE
    assert len(listener.asked) == PIECES
    (track,) = await hearing.captions.tracks(PRODUCER, video_id)
    assert (track.id, track.language, track.origin, track.automatic) == (speech.track_id, "en", Origin.AUTOMATIC, True)
    cues = (await hearing.captions.script(PRODUCER, video_id, track.id)).cues
    assert [cue.text for cue in cues] == ["Good evening.", "Act two.", "The end."]
    # The second piece is heard from a second before 19 s on, the third from one before 35 s.
    assert [abs(cue.start - at) < 60 for cue, at in zip(cues, (500, 20_000, 35_500), strict=True)] == [True] * 3
    asked = listener.asked[0]
    assert (asked["model"], asked["response_format"], asked["key"]) == ("whisper-1", "verbose_json", f"Bearer {SECRET}")
    assert "language" not in asked
    assert listener.asked[1]["language"] == "en"
    assert asked["sound"].startswith(b"fLaC")


@pytest.mark.slow
async def test_what_people_wrote_is_never_replaced(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str
) -> None:
    own = (
        await hearing.captions.add(PRODUCER, video_id, Wish("en"), file=b"WEBVTT\n\n00:01.000 --> 00:02.000\nMine")
    ).track
    listener.pieces = [[(0.5, 2.0, "First")]]
    await hearing.speech.ask(PRODUCER, video_id)
    first = (await finish(house, hearing, video_id)).track_id
    listener.pieces = [[(0.5, 2.0, "Second")]]
    await hearing.speech.ask(PRODUCER, video_id)
    assert (await finish(house, hearing, video_id)).track_id == first, "nobody touched it: it is made anew"
    assert first is not None
    track = await hearing.captions.save(PRODUCER, video_id, first, [Cue(1, 2, "Corrected")], 2)
    assert not track.automatic
    listener.pieces = [[(0.5, 2.0, "Third")]]
    await hearing.speech.ask(PRODUCER, video_id)
    third = (await finish(house, hearing, video_id)).track_id
    assert third not in {own.id, first}
    texts = {
        one.id: (await hearing.captions.script(PRODUCER, video_id, one.id)).cues[0].text
        for one in await hearing.captions.tracks(PRODUCER, video_id)
    }
    assert texts == {own.id: "Mine", first: "Corrected", third: "Third"}


async def test_a_busy_server_is_asked_again_when_it_said(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str, clock: FakeClock
) -> None:
    listener.refusals = [(429, {"Retry-After": "60"}, '{"error": {"message": "Slow down"}}'), (503, {}, "down")]
    listener.pieces = [[(0.5, 2.0, "Well.")]]
    await hearing.speech.ask(PRODUCER, video_id)
    await hearing.work.run(video_id)
    await hearing.work.run(video_id)
    speech = await speech_of(house, video_id)
    assert (speech.state, speech.wake_at) == (SpeechState.QUEUED, clock.now() + 60_000_000)
    assert "Slow down" in (speech.reason or "")
    await hearing.work.run(video_id)
    assert len(listener.asked) == 1, "not before its time"
    clock.advance(60)
    await hearing.work.run(video_id)
    assert len(listener.asked) == 2
    clock.advance(3600)
    assert (await finish(house, hearing, video_id)).state is SpeechState.DONE


@pytest.mark.slow
async def test_a_server_that_never_answers_well_ends_it_with_the_reason(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str, clock: FakeClock
) -> None:
    listener.refusals = [(500, {}, "oops")] * 100
    await hearing.speech.ask(PRODUCER, video_id)
    for _ in range(ATTEMPTS + 3):
        await hearing.work.run(video_id)
        clock.advance(3600)
    speech = await speech_of(house, video_id)
    assert speech.state is SpeechState.FAILED
    assert "oops" in (speech.reason or "")
    assert len(listener.asked) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, '{"error": {"message": "Incorrect API key"}}', "Incorrect API key"),
        (404, "no such model", "no such model"),
        (200, "not json", "verbose_json"),
        (200, '{"text": "only text"}', "verbose_json"),
        (302, "", "302"),
    ],
)
async def test_a_refusal_that_will_not_pass_ends_it_at_once(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str, status: int, body: str, words: str
) -> None:
    listener.refusals = [(status, {"Location": "/elsewhere"}, body)]
    await hearing.speech.ask(PRODUCER, video_id)
    speech = await finish(house, hearing, video_id)
    assert speech.state is SpeechState.FAILED
    assert words in (speech.reason or "")
    assert SECRET not in (speech.reason or "")
    assert len(listener.asked) == 1


async def test_a_worker_that_was_killed_costs_one_piece(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str, clock: FakeClock
) -> None:
    listener.pieces = [[(0.5, 2.0, "One")], [(2.0, 3.0, "Two")], [(2.0, 3.0, "Three")]]
    await hearing.speech.ask(PRODUCER, video_id)
    await hearing.work.run(video_id)
    await hearing.work.run(video_id)
    assert len(listener.asked) == 1
    # One that was killed leaves the row as it is: running, with a lease that nobody renews.
    assert await house.db.write(lambda tx: store.claim(tx, video_id, "killed"))
    await hearing.work.run(video_id)
    assert len(listener.asked) == 1, "the lease holds"
    clock.advance(31)
    assert await house.db.all(store.due(clock.now())) == [video_id]
    assert (await finish(house, hearing, video_id)).state is SpeechState.DONE
    assert len(listener.asked) == PIECES


async def test_a_clock_that_is_set_back_holds_up_nobody(house: House, clock: FakeClock) -> None:
    waiting, lost = await house.publish(), await house.publish()
    for one in (waiting, lost):
        await house.db.write(lambda tx, one=one: store.begin(tx, one, "en"))  # type: ignore[misc]  # default binds the loop's value
    assert await house.db.write(lambda tx: store.claim(tx, lost, "killed"))
    assert not await house.db.write(lambda tx: store.claim(tx, lost, "next")), "the lease holds"
    clock.set_now(clock.now() - DAY)
    assert set(await house.db.all(store.due(clock.now()))) == {waiting, lost}
    for one in (waiting, lost):
        assert await house.db.write(lambda tx, one=one: store.claim(tx, one, "next"))  # type: ignore[misc]  # default binds the loop's value


async def test_leaving_it_ends_the_work_within_a_sign_of_life(
    house: House, hearing: CaptionServices, listener: Listener, video_id: str
) -> None:
    await hearing.speech.ask(PRODUCER, video_id)
    await hearing.work.run(video_id)
    listener.free.clear()
    working = asyncio.get_running_loop().create_task(hearing.work.run(video_id))
    await listener.came.wait()
    with pytest.raises(Conflict):
        await hearing.speech.ask(PRODUCER, video_id)
    await hearing.speech.cancel(PRODUCER, video_id)
    await asyncio.wait_for(working, 30)
    assert (await speech_of(house, video_id)).state is SpeechState.CANCELLED
    with pytest.raises(Conflict):
        await hearing.speech.cancel(PRODUCER, video_id)
    assert await hearing.captions.tracks(PRODUCER, video_id) == []
    assert list((house.data.cache / "captions").iterdir()) == []


async def test_it_is_off_unless_a_server_is_named(house: House, room: CaptionServices, video_id: str) -> None:
    assert not room.speech.offered
    with pytest.raises(Conflict, match="base_url"):
        await room.speech.ask(PRODUCER, video_id)


async def test_new_videos_are_listened_to_where_that_is_set(
    house: House, clock: FakeClock, listener: Listener, video_id: str
) -> None:
    settings = SpeechSettings(base_url=f"{listener.url}/v1/", automatic=True, language="de-AT", piece_seconds=60)
    room = room_of(house, clock, settings)
    await replaced(house, settings).speech.sweep()
    assert await house.db.one(store.by_video(video_id)) is None
    await room.speech.sweep()
    await room.speech.sweep()
    assert (await speech_of(house, video_id)).language == "de-AT"
    listener.pieces = [[(0.5, 2.0, "Servus")]]
    await finish(house, room, video_id)
    assert [one["language"] for one in listener.asked] == ["de"]
    assert [one.language for one in await room.captions.tracks(PRODUCER, video_id)] == ["de-AT"]


def replaced(house: House, settings: SpeechSettings) -> CaptionServices:
    return room_of(house, FakeClock(), replace(settings, automatic=False))


def test_segments_that_cannot_be_are_left_out() -> None:
    segments = [
        {"start": 5, "end": 6, "text": "later"},
        {"start": 1, "end": 2, "text": " x "},
        {"start": 3, "end": 2, "text": "backwards"},
        {"start": -1, "end": 2, "text": "x"},
        {"start": "1", "end": 2, "text": "x"},
        {"start": 1, "end": 2, "text": " "},
        {"start": 1, "end": 1e99, "text": "x"},
        {"start": True, "end": 2, "text": "x"},
        {"start": 1, "end": 2, "text": "made up", "no_speech_prob": 0.9, "avg_logprob": -1.5},
        7,
    ]
    body = json.dumps({"language": "German", "segments": segments})
    found = read_answer(body.encode())
    assert found.language == "de"
    assert [(one.start, one.end, one.words) for one in found.said] == [(1000, 2000, "x"), (5000, 6000, "later")]
    for wrong in (b"[]", b"{}", b'{"segments": 5}', b"\xff", b"[" * 100_000):
        with pytest.raises(MediaFailure):
            read_answer(wrong)
