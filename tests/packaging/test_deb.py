"""The Debian package: built from this checkout, in order by Debian's own check."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_package_holds_what_it_installs_and_lintian_finds_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / "packaging/deb/build", tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    package = Path(done.stdout.strip())
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    for name in (
        "./usr/share/novacast/novacast-",
        "./usr/share/novacast/packaging/install.sh",
        "./usr/share/novacast/systemd/novacast.service",
        "./usr/share/novacast/systemd/sysusers.d/novacast.conf",
        "./usr/sbin/novacast-setup",
    ):
        assert name in listed
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not here to look at it")
    looked = subprocess.run(
        ["lintian", "--fail-on", "error,warning", "--allow-root", package], capture_output=True, text=True, check=False
    )
    assert (looked.returncode, looked.stdout) == (0, "")
