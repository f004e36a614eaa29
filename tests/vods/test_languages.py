"""Why a video failed, and what is wrong with a form, in the language of whoever looks."""

from urllib.parse import urlencode

from aiohttp import ClientSession

from tests.vods.conftest import House
from tests.vods.serving import GERMAN

OWN = {"Authorization": f"Bearer {GERMAN.name}"}


async def test_a_transcode_that_failed_long_ago_says_why_in_everyones_language(
    house: House, address: str, producer: ClientSession
) -> None:
    video_id = await house.arrive()
    await house.work().finish(video_id)
    async with producer.get(f"/api/v1/videos/{video_id}/transcode") as response:
        assert (await response.json())["reason"].startswith("The uploaded file is missing")
    async with ClientSession(address, headers=OWN) as german:
        async with german.get(f"/api/v1/videos/{video_id}/transcode") as response:
            transcode = await response.json()
            assert transcode["reason_code"] == "not_found"
            assert transcode["reason"].startswith("Die hochgeladene Datei fehlt auf der Festplatte des Servers.")
        for path in (f"/studio/videos/{video_id}", "/studio"):
            async with german.get(path, headers={"Accept": "text/html"}) as response:
                assert "Die hochgeladene Datei fehlt" in await response.text()
    assert (await house.facts("video.failed"))[0].payload["reason"].startswith("The uploaded file is missing")


async def test_all_that_is_wrong_with_a_video_is_told_in_german(house: House, address: str) -> None:
    video_id = await house.publish()
    fields = {"title": " ", "description": "", "language": "german!", "visibility": "public"}
    headers = {**OWN, "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    async with (
        ClientSession(address, headers=headers) as german,
        german.post(f"/studio/videos/{video_id}", data=urlencode(fields)) as response,
    ):
        page = await response.text()
        assert response.status == 422, page
        assert "Geben Sie dem Video einen Titel." in page
        assert "Schreiben Sie die Sprache als Kürzel" in page
