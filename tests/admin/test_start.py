"""`novacast` alone loads next to nothing: what a command does not need must not slow it down."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "textual",
    "stripe",
    "aiohttp",
    "huey",
    "pydantic",
    "aiosqlite",
    "sqlite_utils",
    "cryptography",
    "av",
    "ffmpeg",
)


def loaded(*arguments: str) -> tuple[set[str], subprocess.CompletedProcess[str]]:
    """The modules in memory when the program ends, and how it ended."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('\\n' + ' '.join(sys.modules), file=sys.stderr))\n"
        "from novacast_admin.cli.main import run\nrun()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "admin"))), "HOME": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
    return set(done.stderr.splitlines()[-1].split()), done


def test_help_loads_no_server_no_terminal_screen_and_no_payments() -> None:
    modules, done = loaded("--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
    assert modules & set(HEAVY) == set()
    assert {name for name in modules if name.startswith("novacast.")} <= {"novacast.errors", "novacast.records"}


def test_version_loads_no_more() -> None:
    modules, done = loaded("--version")
    assert done.stdout.startswith("novacast ")
    assert modules & set(HEAVY) == set()


def test_a_noun_loads_its_own_module_and_no_other_noun() -> None:
    modules, done = loaded("config", "path", "--json")
    assert done.returncode == 0, done.stderr
    assert "novacast_admin.cli.config" in modules
    assert not modules & {"novacast_admin.cli.video", "novacast_admin.cli.demo", "aiohttp", "textual", "stripe"}


def test_the_server_starts_without_what_few_of_its_answers_need() -> None:
    """Those who write the first PDF or spreadsheet, bring the first captions or address, pay by Stripe, or are told of
    an alarm elsewhere load what that takes."""
    program = "import sys, novacast.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    heavy = {"fpdf", "fontTools", "uharfbuzz", "stripe", "apprise", "aiortc", "textual"}
    heavy |= {"xlsxwriter", "charset_normalizer", "email_validator", "sqlite_utils", "click"}
    loaded = set(done.stdout.split())
    assert loaded & heavy == set()
    # What is reached over HTTP comes with the first who asks for it (novacast.entrances).
    entrances = {"novacast.accounts.routes", "novacast.vods.pages", "novacast.tickets.studio", "novacast.chat.routes"}
    assert loaded & entrances == set()
    assert len([name for name in loaded if name.startswith("novacast.") and name.endswith(".bodies")]) < 8


def test_how_bodies_are_checked_is_worked_out_when_one_comes() -> None:
    """There are hundreds, and working them all out would take a good part of the start."""
    program = (
        "import novacast.app\nfrom novacast.web.bodies import Body, ListQuery\nmade, left = 0, [Body]\n"
        "while left:\n    one = left.pop(); left += one.__subclasses__(); made += one.__pydantic_complete__\n"
        "print(made, ListQuery.model_validate({'limit': 3}).limit)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made, limit = map(int, done.stdout.split())
    assert made < 20
    assert limit == 3
