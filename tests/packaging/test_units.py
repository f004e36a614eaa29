"""The units of systemd: correct, shut tight, and fit for what they start. Looked at by systemd's own tools."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from novacast.settings import Settings, entries, variable

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
UNITS = sorted(path for path in SYSTEMD.iterdir() if path.suffix in (".service", ".socket", ".timer"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
EXPOSURE = 2.0

analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def analyzed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


@analyze
def test_systemd_finds_nothing_wrong_with_any_unit(tmp_path: Path) -> None:
    program = tmp_path / "novacast"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text().replace("/opt/novacast/bin/novacast", str(program))
        (tmp_path / unit.name).write_text(re.sub(r"Documentation=.*\n", "", text))
    done = analyzed("verify", *(tmp_path / unit.name for unit in UNITS))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@analyze
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_services_are_exposed_no_more_than_they_must_be(unit: Path) -> None:
    done = analyzed("security", "--offline=yes", unit)
    [level] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level) <= EXPOSURE, done.stdout


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_services_set_only_what_is_a_setting_and_keep_state_to_themselves(unit: Path) -> None:
    text = unit.read_text()
    known = {variable(key) for key, _, _ in entries()} | {"NOVACAST_CONFIG"}
    assert set(re.findall(r"Environment=(NOVACAST_\w+)=", text)) <= known
    for line in ("User=novacast", "StateDirectoryMode=0700", "UMask=0077", "ProtectSystem=strict"):
        assert line in text
    assert re.search(r"^MemoryMax=", text, re.MULTILINE)
    assert re.search(r"^TasksMax=", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["novacast.service", "novacast-worker.service"])
def test_a_stop_waits_longer_than_what_runs_may_take(name: str) -> None:
    [limit] = re.findall(r"TimeoutStopSec=(\d+)", (SYSTEMD / name).read_text())
    assert int(limit) > Settings().server.drain_seconds


def test_the_server_says_when_it_serves_and_is_watched() -> None:
    text = (SYSTEMD / "novacast.service").read_text()
    for line in ("Type=notify", "WatchdogSec=60", "LoadCredential=secrets:/etc/novacast/secrets"):
        assert line in text
    made = (SYSTEMD / "tmpfiles.d" / "novacast.conf").read_text()
    assert "d /etc/novacast/secrets 0700 root root" in made
