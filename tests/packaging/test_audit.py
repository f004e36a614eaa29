"""`packaging/audit` with a stand-in for the program that it asks: weak, sound and unreachable are told apart."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

AUDIT = Path(__file__).parents[2] / "packaging" / "audit"


def asked(tmp_path: Path, told: dict[str, Any] | None) -> subprocess.CompletedProcess[str]:
    auditor = tmp_path / "auditor"
    answer = "" if told is None else json.dumps(told)
    auditor.write_text(
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ $1 = --output ] && file=$2; shift; done\n"
        f"echo 'could not resolve the name' >&2\nprintf %s '{answer}' > \"$file\"\nexit 1\n"
    )
    auditor.chmod(0o755)
    environment = {**os.environ, "NOVACAST_AUDITOR": str(auditor)}
    return subprocess.run([AUDIT], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_weak_package_is_named_with_what_mends_it(tmp_path: Path) -> None:
    weakness = {"id": "GHSA-1", "fix_versions": ["2.1"], "aliases": []}
    done = asked(tmp_path, {"dependencies": [{"name": "a", "version": "2.0", "vulns": [weakness]}]})
    assert done.returncode == 1
    assert "a 2.0: GHSA-1, mended in 2.1" in done.stderr


def test_sound_packages_are_counted(tmp_path: Path) -> None:
    skipped = {"name": "novacast", "skip_reason": "editable"}
    done = asked(tmp_path, {"dependencies": [{"name": "a", "version": "2.0", "vulns": []}, skipped]})
    assert done.returncode == 0
    assert "2 packages looked up, 0 known weaknesses" in done.stderr


def test_a_network_that_is_down_is_said_and_is_no_weakness(tmp_path: Path) -> None:
    done = asked(tmp_path, None)
    assert done.returncode == 69
    assert "Nobody could be asked about the packages: could not resolve the name" in done.stderr
