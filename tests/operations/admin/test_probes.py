"""What Prometheus and those who watch the server's life are told, and who may ask."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from novacast import outbox
from novacast.app import running
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.operations.probes.bodies import ReadyBody
from novacast.operations.probes.readiness import Readiness
from novacast.settings import Metrics, Settings
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.operations.admin.conftest import House, settings_of

PROMETHEUS = Path(__file__).parents[3] / "packaging" / "prometheus"
PROMTOOL = shutil.which("promtool")


@pytest.fixture
async def figures(tmp_path: Path) -> AsyncIterator[str]:
    """Where they are, for a Prometheus that has the token."""
    settings = replace(await settings_of(tmp_path), metrics=Metrics(token="sesame"))
    async with running(settings) as server:
        yield f"http://127.0.0.1:{server.port}/metrics"


async def _get(url: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as response:
        return response.status, await response.text()


async def test_figures_are_shown_to_who_has_the_token_and_to_nobody_else(figures: str) -> None:
    assert (await _get(figures))[0] == 403
    assert (await _get(figures, "open"))[0] == 403
    status, told = await _get(figures, "sesame")
    assert status == 200
    for line in (
        'novacast_http_requests_total{method="GET",route="/metrics",status="403"} 2.0',
        'novacast_work_waiting{kind="mail"} 0.0',
        "# TYPE novacast_disk_free_bytes gauge",
        "# TYPE novacast_media_cache_hits_total counter",
        "# TYPE process_cpu_seconds_total counter",
        "# TYPE novacast_database_writes_waiting gauge",
    ):
        assert line in told
    assert "_created" not in told


async def test_without_a_setting_only_the_operators_socket_shows_them(house: House) -> None:
    assert (await _get(f"{house.url}/metrics"))[0] == 403
    connector = aiohttp.UnixConnector(str(house.settings.data / "novacast.sock"))
    async with aiohttp.ClientSession(connector=connector) as client, client.get("http://novacast/metrics") as response:
        assert response.status == 200
        assert "novacast_build_info" in await response.text()


async def test_a_server_says_that_it_lives_and_which_parts_are_ready(house: House) -> None:
    assert await _get(f"{house.url}/healthz") == (200, '{"status":"ok"}')
    async with aiohttp.ClientSession() as client, client.get(f"{house.url}/readyz") as response:
        told = await response.json()
    assert response.status == 200
    assert told["status"] == "ready"
    assert told["parts"] == {"database": "ok", "writer": "ok", "disk": "ok", "worker": "degraded", "server": "ok"}


@pytest.mark.slow
@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package prometheus has it)")
async def test_promtool_finds_nothing_wrong_with_figures_and_alert_rules(figures: str) -> None:
    assert PROMTOOL is not None
    _status, told = await _get(figures, "sesame")
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=told, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr, checked.stdout) == (0, "", "")
    for arguments in (["check", "rules", "novacast.rules.yml"], ["test", "rules", "novacast.rules.test.yml"]):
        ran = subprocess.run([PROMTOOL, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


async def test_dashboard_and_rules_ask_only_for_figures_that_there_are(figures: str) -> None:
    _status, told = await _get(figures, "sesame")
    known = set(re.findall(r"# TYPE (\w+)", told))
    asked: set[str] = set()
    for file in (PROMETHEUS / "novacast.rules.yml", PROMETHEUS.parent / "grafana" / "novacast.json"):
        asked |= set(re.findall(r"\b((?:novacast|process)_\w+)\s*[{\[<>=)]", file.read_text()))
    assert len(asked) > 20
    assert {name.removesuffix("_bucket") for name in asked} - known == set()


async def test_a_server_that_stops_says_so_before_it_is_gone(folder: DataFolder, clock: FakeClock) -> None:
    migrated(folder.database, [outbox.migrations])
    db = await Database.open(folder.database, clock, readers=1)
    try:
        readiness = Readiness(db, Settings(data=folder.root), folder)
        with folder.attend("worker"):
            assert (await readiness.parts())["worker"] == "ok"
        readiness.leaving = True
        assert ReadyBody.of(await readiness.parts()).status == "not_ready"
    finally:
        await db.close()
    clock.advance(2)
    told = await readiness.parts()
    assert told["writer"] == "failed", "a database that is closed"
