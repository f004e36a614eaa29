"""The tests of failing devices can fail: each runs against a copy of the program in which one thing was taken out."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = Path("novacast/media/encoders")
TESTS = Path("tests/media/encoders")
pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Without:
    what: str
    file: str
    old: str
    new: str
    tests: str
    """What is run."""
    chosen: str
    """What of it, as pytest's -k takes it."""


TAKEN_OUT = (
    Without(
        "the fallback", "fallback.py", "if not following or not wanted():", "if True:", "test_fallback.py",
        "whatever_a_device_does_wrong or listed_but_not_there or another_gpu or costs_its_own_part or three_failures",
    ),
    Without(
        "the next after a busy one", "fallback.py", "except _Busy as busy:\n",
        "except _Busy as busy:\n                raise\n", "test_fallback.py", "drivers_refusal or use_up_ourselves",
    ),
    Without(
        "setting devices aside", "health.py", "ENOUGH = 3\n", "ENOUGH = 10**9\n", "test_fallback.py",
        "three_failures or passes_a_new_trial or fails_its_new_trial or stays_so_after_a_restart",
    ),
    Without(
        "the blame of the source", "fallback.py", "                failed.append((proof, failure))\n",
        "                failed.append((proof, failure))\n                await self._settle(proof, failed, tell)\n",
        "test_fallback.py", "nobody_can_encode",
    ),
    Without(
        "looking at what a device wrote", "check.py", "if found < LEAST_PSNR:", "if found < 0:", "test_fallback.py",
        "whatever_a_device_does_wrong and garbage",
    ),
    Without(
        "counting what a device wrote", "check.py", "if counted != frames:", "if counted < 0:", "test_fallback.py",
        "whatever_a_device_does_wrong and drops",
    ),
    Without(
        "the comparison of the trial", "trial.py", "if worst < WORST_PSNR:", "if worst < 0:", "test_catalogue.py",
        "encodes_wrong and garbage",
    ),
    Without(
        "decoding a segment alone", "trial.py", "asyncio.to_thread(_alone, folder, len(forced_at()) - 2)",
        "asyncio.sleep(0); return Proof(encoder, route, quality=worst, codecs=codecs)", "test_catalogue.py",
        "encodes_wrong and open",
    ),
    Without(
        "the count of sessions", "sessions.py", "if not proof.sessions:", "if True:", "test_sessions.py",
        "killed_ones or cut_to_what_it_has or share_what or share_its",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    unwanted = shutil.ignore_patterns("__pycache__", "static", "locale", "e2e", "bench")
    for name in ("novacast", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def outcome(folder: Path, one: Without) -> tuple[int, int]:
    """How many failed, how many passed."""
    options = ["-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider", "-q"]
    argv = [sys.executable, "-B", "-m", "pytest", *options, str(TESTS / one.tests), "-k", one.chosen]
    ran = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    counts = {what: int(number) for number, what in re.findall(r"(\d+) (failed|passed|error)", ran.stdout[-200:])}
    assert not counts.get("error"), ran.stdout
    return counts.get("failed", 0), counts.get("passed", 0)


@pytest.mark.parametrize("one", TAKEN_OUT, ids=lambda one: one.what)
def test_without_it_the_tests_fail(copied: Path, one: Without) -> None:
    file = copied / PACKAGE / one.file
    whole = file.read_text()
    assert whole.count(one.old) == 1, f"{one.file} holds what is to be taken out just once"
    file.write_text(whole.replace(one.old, one.new))
    try:
        failed, passed = outcome(copied, one)
    finally:
        file.write_text(whole)
    assert failed > 0
    assert passed == 0


def test_with_all_of_it_they_pass(copied: Path) -> None:
    """The copy itself is not what makes them fail."""
    failed, passed = outcome(copied, TAKEN_OUT[-1])
    assert failed == 0
    assert passed >= 4
