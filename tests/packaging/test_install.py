"""install.sh as an administrator runs it, into a folder of the test; and what it installs, run as the unit runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "install.sh"
STRANGER = 54321
"""A user that nobody is."""


@pytest.mark.parametrize("script", ["install.sh", "novacast", "drill"])
@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
def test_shellcheck_finds_nothing(script: str) -> None:
    done = subprocess.run(["shellcheck", ROOT / "packaging" / script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_wrong_arguments_are_told() -> None:
    for arguments in (["--whele", "x"], ["--owner"]):
        done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 64, done.stderr
    assert "--uninstall" in subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True).stdout


STUB = '#!/bin/sh\necho "$(id -un) ${NOVACAST_CONFIG-} ${NOVACAST_DATA-} $*"\n'


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_what_root_types_is_done_by_the_services_user_with_its_settings(tmp_path: Path) -> None:
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        bin_, state, program = top / "usr/local/bin", top / "var/lib/novacast", top / "opt/novacast/bin/novacast"
        for folder in (bin_, state, program.parent):
            folder.mkdir(parents=True)
        top.chmod(0o755)
        shutil.copy(ROOT / "packaging" / "novacast", bin_)
        program.write_text(STUB)
        program.chmod(0o755)
        shutil.chown(state, "nobody")

        def typed(*words: str, **environment: str) -> str:
            plain = {"PATH": os.environ["PATH"], **environment}
            return subprocess.run(
                [bin_ / "novacast", *words], env=plain, capture_output=True, text=True, check=True
            ).stdout

        mine = f"nobody {top}/etc/novacast/config.toml {state}"
        assert typed("backup", "list") == f"{mine} backup list\n"
        assert typed("import", "users", "a b.csv") == f"{mine} import users a b.csv\n"
        for words in (["doctor", "--data", "/srv/other"], ["restore", "/mnt", "--into=/srv/lantern"], ["demo"]):
            assert typed(*words) == f"root   {' '.join(words)}\n"
        assert typed("doctor", NOVACAST_DATA="/srv/other") == "root  /srv/other doctor\n"
    finally:
        shutil.rmtree(top)


def installed(top: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(top), "DESTDIR": str(top)}
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return subprocess.run(
        [SCRIPT, *arguments], env=environment | pip, capture_output=True, text=True, timeout=1200, check=False
    )


def listened(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"listens on (http://\S+)", line):
            return found[1]
    raise AssertionError("it did not start: " + "".join(said))


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_the_wheel_runs_in_a_clean_venv_as_a_user_with_no_rights(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = (tmp_path / "dist").glob("*.whl")
    top = tmp_path / "top"
    top.mkdir()
    (tmp_path / "password").write_text("a lamp in the projector\n")
    owner = ("--owner", "ada@lantern.example", "--name", "Ada", "--organization", "The Lantern")
    first = installed(top, "--wheel", str(wheel), *owner, "--password-file", str(tmp_path / "password"))
    assert first.returncode == 0, first.stdout + first.stderr
    data, config = top / "var/lib/novacast", top / "etc/novacast/config.toml"
    assert (data / "novacast.db").exists()
    assert 'folder = "/var/backups/novacast"' in config.read_text()
    config.write_text('instance = "The Lantern"\n')

    again = installed(top, "--wheel", str(wheel), *owner)
    assert again.returncode == 0, again.stderr
    assert "has an owner already" in again.stderr
    assert config.read_text() == 'instance = "The Lantern"\n', "settings stay"

    serve_as_the_unit_does(top, data, config)

    removed = installed(top, "--uninstall")
    assert removed.returncode == 0, removed.stderr
    assert not (top / "opt/novacast").exists()
    assert list((top / "etc/systemd/system").iterdir()) == []
    assert (data / "novacast.db").exists()
    assert config.exists()


def serve_as_the_unit_does(top: Path, data: Path, config: Path) -> None:
    """Another user, no capability and no way to get one, nothing writable but the state, and hardly an environment."""
    for path in (data, *data.rglob("*")):
        os.chown(path, STRANGER, STRANGER)
    reach = top
    while reach != reach.parent:  # pytest's folders are root's alone
        reach.chmod(reach.stat().st_mode | 0o011)
        reach = reach.parent
    program = top / "opt/novacast/bin/novacast"
    become = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", "--no-new-privs"]
    environment = {
        "NOVACAST_CONFIG": str(config),
        "NOVACAST_DATA": str(data),
        "NOVACAST_JOBS_WORKER": "false",
        "NOVACAST_SERVER_PORT": "0",
        "NOVACAST_LIVE_RTMP_PORT": "0",
        "NOVACAST_LIVE_SRT_PORT": "0",
        "PATH": "/usr/bin:/bin",
        "HOME": str(data),  # as systemd sets it, of the user's entry
    }
    process = subprocess.Popen(
        [*become, "--bounding-set=-all", "--inh-caps=-all", program, "serve"],
        env=environment, cwd="/", stderr=subprocess.PIPE, text=True, umask=0o077,
    )  # fmt: skip
    try:
        url = listened(process)
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert b"The Lantern" in answer.read()
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert re.search(rf"^Uid:\s+{STRANGER}\s", status, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stderr is not None
        process.stderr.close()
    assert not [path for path in (top / "opt").rglob("*") if path.lstat().st_uid == STRANGER]
