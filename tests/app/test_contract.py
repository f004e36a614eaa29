"""The API does what its OpenAPI document says: for strangers, visitors, producers and owners."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.app.test_first_path import reached, upload
from tests.app.venue import PASSWORD, Venue, open_venue

HERE = Path(__file__).parent
UNLIMITED = {
    "NOVACAST_ACCOUNTS_TRIES_PER_ADDRESS": "1000000",
    "NOVACAST_ACCOUNTS_TRIES_PER_ACCOUNT": "1000000",
    "NOVACAST_ACCOUNTS_ACCESS_MINUTES": "60",
}
STREAMS = "/api/v1/realtime"
"""Its answer never ends, so that no tool gets to judge it; tests/web/realtime does."""

MADE_UP = "abcdefghij0123456789"
PARAMETER = re.compile(r"\{(\w+)\}")
ENDLESS = 600
"""Seconds. The examples are counted: a run has its end, after a minute or two on two busy cores."""

# Beyond what schemathesis expects: tus wants 412 for another version of itself, 413 for what is too long, and 460 for
# bytes that a made-up checksum does not fit; a made-up link is gone (410), a made-up range is not there (416).
REFUSED = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]
ACCEPTED = ["2xx", "3xx", 401, 403, 404, 409, 410, 413, 416, 429, 460]
# 404 comes before 412 where there is no such upload, and 413 before all.
HEADLESS = [400, 401, 403, 404, 406, 410, 412, 413, 415, 422]


def _toml(venue: Venue, video: str, examples: int, *, thorough: bool) -> str:
    """Half of the names in paths are those of the things that are there; none can be null (RFC 9110 allows no NUL)."""
    known = {"/api/v1/videos/{video_id}": ("video_id", video), "/api/v1/streams/{id}": ("id", video)}
    known |= {"/api/v1/organizations/{id}": ("id", venue.org), "/api/v1/organizations/{org_id}": ("org_id", venue.org)}
    lines = [
        # Most deletions are kept from what later cases need; and a busy machine is no failure.
        'suppress-health-check = ["filter_too_much", "too_slow"]',
        "[generation]",
        "deterministic = true",
        f"max-examples = {examples}",
        "allow-x00 = false",
        # The bearer token is given; a made-up cookie besides it is not looked at (web.authentication.presented).
        "with-security-parameters = false",
        *([] if thorough else ["[phases.coverage]", 'unexpected-methods = ["PATCH"]']),
        f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSED}",
        f"[checks.positive_data_acceptance]\nexpected-statuses = {json.dumps(ACCEPTED)}",
        f"[checks.missing_required_header]\nexpected-statuses = {HEADLESS}",
        "[dictionaries]",
        *[f'"{prefix}" = {{ values = ["{value}"] }}' for prefix, (_, value) in known.items()],
    ]
    for prefix, (name, _) in known.items():
        pattern = "^" + prefix.replace("{", r"\\{").replace("}", r"\\}")
        lines += ["[[operations]]", f'include-path-regex = "{pattern}"']
        lines += [f'parameters = {{ "path.{name}" = {{ dictionary = "{prefix}", probability = 0.5 }} }}']
    return "\n".join(lines) + "\n"


async def _session(venue: Venue, token: str) -> str:
    listed = await venue.ask("GET", "/api/v1/me/sessions", token)
    return next(str(one["id"]) for one in listed.json["items"] if one["current"])


async def check(venue: Venue, folder: Path, who: str, video: str, *, thorough: bool) -> None:
    """Every operation, by all of schemathesis' checks. Fails with its report. `thorough`: with made-up examples, with
    what breaks the contract, and by every method that is not meant, which one router refuses for all.
    """
    phases, examples = ("coverage,fuzzing", 15) if thorough else ("coverage", 1)
    mode = "all" if thorough else "positive"
    given = {"url": venue.url, "password": PASSWORD, "email": f"{who}@venue.example", "token": "", "kept": []}
    headers = []
    if who != "stranger":
        token = await venue.token(who)
        me = (await venue.ask("GET", "/api/v1/me", token)).json["id"]
        given |= {"token": token, "kept": [video, venue.org, await _session(venue, token), me]}
        headers = ["--header", f"Authorization: Bearer {token}"]
    config = folder / "schemathesis.toml"
    config.write_text(_toml(venue, video, examples, thorough=thorough))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    command += [f"{venue.url}/api/openapi.json", "--checks", "all", "--phases", phases, "--mode", mode]
    command += ["--exclude-path", STREAMS]
    # One worker: threads that parse at once break CPython's ast before 3.11.5 ("recursion depth mismatch").
    command += ["--no-color", "--workers", "1", "--request-timeout", "30", "--warnings", "off", *headers]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "contract_hooks", "PYTHONPATH": str(HERE)}
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=folder,
        env=environment | {"CONTRACT": json.dumps(given)},
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDLESS,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    assert venue.process is not None
    assert venue.process.poll() is None
    assert "Traceback" not in venue.said()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All that answer once and take nothing from the one who asks."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path != STREAMS and (method, path) != ("delete", "/api/v1/session"):
                yield path, method.upper(), operation


async def public_video(venue: Venue, clip: Path) -> str:
    producer = await venue.token("producer")
    video = await upload(venue, producer, clip)
    assert (await reached(venue, producer, video, "ready", "failed"))["state"] == "ready"
    await venue.ask("PATCH", f"/api/v1/videos/{video}", producer, {"visibility": "public"})
    return video


async def test_the_api_keeps_its_contract(tmp_path: Path, clip: Path) -> None:
    async with open_venue(tmp_path / "data", **UNLIMITED) as venue:
        await check(venue, tmp_path, "owner", await public_video(venue, clip), thorough=False)


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[tuple[Venue, str]]:
    """A venue and the id of a public video in it, for tests that change nothing there."""
    opened = open_venue(tmp_path_factory.mktemp("contract") / "data", **UNLIMITED)
    with asyncio.Runner() as runner:
        venue = runner.run(opened.__aenter__())
        try:
            yield venue, runner.run(public_video(venue, clip))
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def test_whoever_may_not_is_told_so_as_documented(open_house: tuple[Venue, str]) -> None:
    venue, video = open_house
    given = {"video_id": video, "org_id": venue.org}
    document: dict[str, Any] = (await venue.ask("GET", "/api/openapi.json")).json
    for token in ("", await venue.token("visitor")):
        for path, method, operation in _operations(document):
            place = PARAMETER.sub(lambda found: given.get(found[1], MADE_UP), path)
            answer = await venue.ask(method, place, token, {} if "requestBody" in operation else None)
            documented = operation["responses"].get(str(answer.status))
            assert documented is not None, f"{method} {place}: {answer.status}"
            kind = answer.headers.get("Content-Type", "").partition(";")[0] if answer.body else ""
            assert not kind or kind in documented.get("content", {}), f"{method} {place}: {answer.status} {kind}"


@pytest.mark.slow
@pytest.mark.parametrize("who", ["stranger", "visitor", "producer", "owner"])
async def test_the_api_keeps_its_contract_under_a_long_look(tmp_path: Path, clip: Path, who: str) -> None:
    async with open_venue(tmp_path / "data", **UNLIMITED) as venue:
        await check(venue, tmp_path, who, await public_video(venue, clip), thorough=True)


async def test_the_document_is_valid_and_tells_what_protocols_answer(open_house: tuple[Venue, str]) -> None:
    venue, _ = open_house
    document: dict[str, Any] = (await venue.ask("GET", "/api/openapi.json")).json
    OpenAPIV31SpecValidator(document).validate()
    paths = document["paths"]
    statuses = {
        (method, path): {status for status in operation["responses"] if status < "400"}
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert statuses["post", "/api/v1/uploads"] == {"201"}
    assert statuses["options", "/api/v1/uploads"] == {"204"}
    assert statuses["head", "/api/v1/uploads/{upload_id}"] == {"200"}
    for method in ("patch", "delete", "post", "options"):
        assert statuses[method, "/api/v1/uploads/{upload_id}"] == {"204"}
    for method in ("patch", "delete", "post", "head"):
        assert "412" in paths["/api/v1/uploads/{upload_id}"][method]["responses"]
    assert {"409", "410", "413", "415", "460", "507"} <= set(paths["/api/v1/uploads/{upload_id}"]["patch"]["responses"])
    poster = paths["/api/v1/videos/{video_id}/poster"]["get"]["responses"]
    assert {"200", "206", "304", "404", "412", "416"} <= set(poster)


async def test_a_poster_answers_with_what_is_documented(open_house: tuple[Venue, str]) -> None:
    venue, video = open_house
    path = f"/api/v1/videos/{video}/poster"
    whole = await venue.ask("GET", path)
    assert (whole.status, whole.headers["Content-Type"]) == (200, "image/jpeg")
    asked = {
        "Range: bytes=0-9": 206,
        f"Range: bytes={len(whole.body)}-": 416,
        f"If-None-Match: {whole.headers['ETag']}": 304,
        f"If-Modified-Since: {whole.headers['Last-Modified']}": 304,
        'If-Match: "another"': 412,
    }
    for header, status in asked.items():
        name, _, value = header.partition(": ")
        answer = await venue.ask("GET", path, headers={name: value})
        assert answer.status == status, header
        assert answer.body == (whole.body[:10] if status == 206 else b""), header
