"""packaging/run, packaging/check and packaging/docs, each started as people start it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "cat", "cksum", "ls", "rm", "env", "sed", "mkdir")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts in a checkout without anything installed."""
    root = tmp_path / "check out"
    shutil.copytree(ROOT / "packaging", root / "packaging", ignore=shutil.ignore_patterns("node_modules"))
    (root / "pyproject.toml").write_text("[project]\n")
    return root


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], None]:
    """Puts a program of a few lines of shell on the PATH that `started` gives."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)

    def add(name: str, body: str) -> None:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    return add


def started(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", *arguments],
        cwd=checkout,
        env={"PATH": str(checkout.parent / "bin"), "HOME": str(checkout.parent), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_python_the_line_that_helps_is_named(checkout: Path, program: Callable[[str, str], None]) -> None:
    program("apt-get", "exit 0")
    done = started(checkout, "packaging/run")
    assert done.returncode == 69
    assert "needs Python 3.11 or later" in done.stderr
    assert "apt-get install -y python3-venv" in done.stderr


def test_an_old_python_is_passed_over(checkout: Path, program: Callable[[str, str], None]) -> None:
    program("python3", "exit 1")
    done = started(checkout, "packaging/run")
    assert done.returncode == 69
    assert "needs Python 3.11 or later" in done.stderr


def test_without_venv_the_line_that_helps_is_named(checkout: Path, program: Callable[[str, str], None]) -> None:
    program("python3.11", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    program("apt-get", "exit 0")
    done = started(checkout, "packaging/run")
    assert done.returncode == 69
    assert "can't make a virtual environment" in done.stderr
    assert "apt-get install -y python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def fake_python(program: Callable[[str, str], None], log: Path) -> None:
    """A Python whose `-m venv` makes a folder with a pip that only writes down what it was asked for."""
    inner = f'#!/bin/sh\\ncase "$*" in *"-m pip install"*) echo "$*" >>"{log}" ;; esac\\n'
    program(
        "python3.11",
        'if [ "$2" = venv ]; then mkdir -p "$3/bin"; '
        f"printf '{inner}' >\"$3/bin/python\"; "
        'printf "#!/bin/sh\\necho started with: \\$*\\n" >"$3/bin/novacast"; '
        '/bin/chmod +x "$3/bin/python" "$3/bin/novacast"; fi',
    )


def test_run_installs_once_and_again_when_the_dependencies_change(
    checkout: Path, program: Callable[[str, str], None], tmp_path: Path
) -> None:
    log = tmp_path / "pip.log"
    fake_python(program, log)
    for _ in range(2):
        done = started(checkout, "packaging/run", "--port", "9000")
        assert done.stdout == "started with: demo --port 9000\n", done.stderr
    assert len(log.read_text().splitlines()) == 1
    (checkout / "pyproject.toml").write_text("[project]\ndependencies = ['x']\n")
    started(checkout, "packaging/run")
    assert len(log.read_text().splitlines()) == 2


def test_an_installation_that_failed_is_tried_again(
    checkout: Path, program: Callable[[str, str], None], tmp_path: Path
) -> None:
    log = tmp_path / "pip.log"
    fake_python(program, log)
    started(checkout, "packaging/run")
    python = checkout / ".venv" / "bin" / "python"
    works = python.read_text()
    (checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    python.write_text('#!/bin/sh\n[ "$1" = -c ]\n')
    assert started(checkout, "packaging/run").returncode == 69
    python.write_text(works)
    assert started(checkout, "packaging/run").returncode == 0
    assert len(log.read_text().splitlines()) == 2


def test_a_venv_whose_python_is_gone_is_made_anew(
    checkout: Path, program: Callable[[str, str], None], tmp_path: Path
) -> None:
    fake_python(program, tmp_path / "pip.log")
    started(checkout, "packaging/run")
    (checkout / ".venv" / "bin" / "python").write_text("#!/no/such/python\n")
    assert started(checkout, "packaging/run").returncode == 0


def test_check_fails_in_ci_when_a_program_is_missing_and_else_names_it(
    checkout: Path, program: Callable[[str, str], None]
) -> None:
    program("id", "echo 1000")
    done = started(checkout, "packaging/check", CI="true")
    assert done.returncode == 69
    assert "ffmpeg is missing" in done.stderr
    done = started(checkout, "packaging/check")
    for name in ("ffmpeg", "chromium"):
        assert f"{name} is missing: its tests are skipped" in done.stderr


def test_check_knows_its_arguments(checkout: Path, program: Callable[[str, str], None]) -> None:
    done = started(checkout, "packaging/check", "--ful")
    assert done.returncode == 64
    assert "--full" in done.stderr
    assert "--full" in started(checkout, "packaging/check", "--help").stdout


def test_ci_calls_check_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ['exec "$(dirname -- "$0")/../packaging/check" "$@"']


def test_what_is_generated_is_up_to_date_and_every_link_leads_somewhere() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "packaging" / "docs", "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
