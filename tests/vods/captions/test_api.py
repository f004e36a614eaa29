"""Captions over HTTP: the API and the studio's pages without scripts."""

import io
import re
from typing import Any

import pytest
from aiohttp import ClientSession

from novacast.vods.captions.models import MOST_BYTES
from tests.vods.captions.test_service import SRT
from tests.vods.conftest import STRANGER, House
from tests.vods.test_pages import page, post

ASS = b"[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Servus"


async def made(client: ClientSession, video_id: str, **wish: Any) -> dict[str, Any]:
    async with client.post(f"/api/v1/videos/{video_id}/captions", json={"language": "de"} | wish) as answer:
        assert answer.status == 201, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def test_a_track_is_made_filled_read_and_deleted(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = await house.publish()
    track = await made(producer, video_id, kind="captions")
    one = f"/api/v1/videos/{video_id}/captions/{track['id']}"
    assert (track["title"], track["cues"], track["revision"]) == ("Deutsch (CC)", 0, 1)
    async with producer.put(f"{one}/file?based_on=1", data=SRT.encode()) as answer:
        saved = await answer.json()
        assert (answer.status, saved["cues"], saved["revision"], saved["warnings"]) == (200, 2, 2, [])
    async with stranger.get(f"/api/v1/videos/{video_id}/captions") as answer:
        assert [item["cues"] for item in (await answer.json())["items"]] == [2]
    async with stranger.get(f"{one}/file") as answer:
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert 'filename="de.vtt"' in answer.headers["Content-Disposition"]
        assert "00:00:01.000 --> 00:00:02.000\nOne" in await answer.text()
    async with stranger.get(f"{one}/file?format=srt") as answer:
        assert (await answer.text()).startswith("1\n00:00:01,000 --> 00:00:02,000\nOne")
    async with stranger.get(f"{one}/cues") as answer:
        assert answer.status == 401
    async with producer.patch(one, json={"label": "Für alle", "default": True}) as answer:
        assert (await answer.json())["title"] == "Für alle"
    async with producer.delete(one) as answer:
        assert answer.status == 204
    async with producer.get(f"{one}/cues") as answer:
        assert answer.status == 404


async def test_cues_are_saved_as_a_whole_and_cleaned(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    track = await made(producer, video_id)
    one = f"/api/v1/videos/{video_id}/captions/{track['id']}"
    cues = [
        {"start": 3.0005, "end": 4, "text": "<script>later</script>", "settings": "line:0 evil:1"},
        {"start": 1, "end": 2.5, "text": "<b>first</b> & so"},
    ]
    async with producer.put(f"{one}/cues", json={"based_on": 1, "cues": cues}) as answer:
        assert answer.status == 200, await answer.text()
    async with producer.get(f"{one}/cues") as answer:
        script = await answer.json()
    assert script == {
        "revision": 2,
        "cues": [
            {"start": 1.0, "end": 2.5, "text": "<b>first</b> &amp; so", "settings": ""},
            {"start": 3.0, "end": 4.0, "text": "later", "settings": "line:0"},
        ],
    }
    async with producer.post(f"{one}/shift", json={"based_on": 2, "seconds": -1}) as answer:
        assert (await answer.json())["revision"] == 3
    async with producer.post(f"{one}/revisions/2/restore", json={"based_on": 3}) as answer:
        assert (await answer.json())["revision"] == 4
    async with producer.get(f"{one}/revisions") as answer:
        assert [item["act"] for item in (await answer.json())["items"]] == ["restore", "shift", "edit", "begun"]
    async with producer.get(f"{one}/cues?revision=3") as answer:
        assert [cue["start"] for cue in (await answer.json())["cues"]] == [0.0, 2.0]
    async with producer.put(f"{one}/cues", json={"based_on": 1, "cues": []}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 415),
        (b"rubbish", 415),
        (b"WEBVTT\n\nnothing", 422),
        (b"x" * (MOST_BYTES + 1), 413),
        (ASS, 200),
        (SRT.encode("utf-16"), 200),
    ],
)
async def test_files_are_taken_or_refused_in_words(
    house: House, producer: ClientSession, raw: bytes, status: int
) -> None:
    video_id = await house.publish()
    track = await made(producer, video_id)
    async with producer.put(
        f"/api/v1/videos/{video_id}/captions/{track['id']}/file?based_on=1", data=io.BytesIO(raw)
    ) as answer:
        assert answer.status == status, await answer.text()
    cues = (await house.captions.captions.tracks(STRANGER, video_id))[0].cues
    assert (cues > 0) == (status == 200)


async def test_the_same_key_adds_one_track(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    answers = []
    for _ in range(2):
        headers = {"Idempotency-Key": "captions-once"}
        path = f"/api/v1/videos/{video_id}/captions"
        async with producer.post(path, json={"language": "de"}, headers=headers) as answer:
            answers.append((answer.status, await answer.json()))
    assert answers[0] == answers[1]
    async with producer.get(f"/api/v1/videos/{video_id}/captions") as answer:
        assert len((await answer.json())["items"]) == 1


async def test_speech_is_refused_where_no_server_is_set_up(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    path = f"/api/v1/videos/{video_id}/speech"
    async with producer.get(path) as answer:
        assert answer.status == 404
    async with producer.post(path, json={}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "conflict")


async def test_pages_add_change_and_delete_without_scripts(house: House, producer: ClientSession) -> None:
    video_id = await house.publish(title="Hamlet")
    base = f"/studio/videos/{video_id}/captions"
    assert "No captions yet" in await page(producer, base)
    status, place = await post(producer, base, language="de", kind="captions", words=SRT)
    assert status == 303
    assert place.startswith(f"{base}/")
    text = await page(producer, place)
    assert "Deutsch (CC)" in text
    assert "Version 1" in text
    assert "2 entries" in await page(producer, base)
    status, said = await post(producer, place, language="not one", label="x" * 61)
    assert status == 422
    assert "en, de or pt-BR" in said
    status, _ = await post(producer, place, language="de-AT", label="Wienerisch", default="true")
    assert status == 303
    assert "Wienerisch" in await page(producer, base)
    track_id = place.rsplit("/", 1)[1]
    assert (await post(producer, f"{place}/restore", number="1", based_on="1"))[0] == 303
    assert (await post(producer, f"{place}/delete"))[0] == 303
    assert track_id not in await page(producer, base)


async def test_a_form_that_cannot_be_is_shown_again_with_its_words(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    base = f"/studio/videos/{video_id}/captions"
    status, said = await post(producer, base, language="de", words="rubbish <b>")
    assert status == 422
    assert "no subtitles that are read here" in said
    assert "rubbish &lt;b&gt;" in said
    status, said = await post(producer, f"{base}-speech")
    assert status == 303
    assert re.search(r"base_url", await page(producer, base)) is None
