"""Each rule refuses what it is there to refuse, and lets its neighbour pass."""

import pytest

from tests.architecture import rules

TOLD = rules.untranslated(frozenset({"Gone"}))


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (rules.sql_text, 'q = "SELECT 1 FROM t"', 'q = "Select a file"'),
        (rules.sql_text, 'q = f"INSERT INTO {t} VALUES (1)"', 'q = "INSERT coin"'),
        (rules.sql_text, 'q = """\n  WITH x AS (SELECT 1)"""', 'q = "WITHOUT x"'),
        (rules.sql_text, 'q = "CREATE TABLE t (a)"', 'q = "CREATE something"'),
        (rules.environment, "import os\nos.environ['A']", "import os\nos.getpid()"),
        (rules.environment, "from os import getenv", "from os import getpid"),
        (rules.time, "import time\ntime.time()", "import time\ntime.sleep(1)"),
        (rules.time, "from time import monotonic", "from time import sleep"),
        (rules.time, "import datetime\ndatetime.datetime.now()", "import datetime\ndatetime.datetime(2026, 1, 1)"),
        (rules.time, "from datetime import date\ndate.today()", "clock.now()"),
        (rules.tasks, "asyncio.create_task(x())", "self._tasks.start(x(), 'x')"),
        (rules.tasks, "loop.create_task(x())", "loop.call_soon(x)"),
        (rules.tasks, "from asyncio import TaskGroup", "from novacast.tasks import TaskGroup"),
        (rules.children, "import os\nos.system('ls')", "import os\nos.stat('ls')"),
        (rules.children, "asyncio.create_subprocess_exec('ls')", "asyncio.sleep(0)"),
        (rules.children, "import os\nos.execvp('ls', ['ls'])", "import os\nos.execution"),
        (rules.knows_web, "import aiohttp.web", "import asyncio"),
        (rules.knows_web, "from novacast.web import get", "from novacast.webcams import get"),
        (rules.knows_web, "from novacast import web", "from novacast import outbox"),
        (TOLD, "raise Gone('It is gone.')", "raise Gone(text('It is gone.'))"),
        (TOLD, "raise Gone(f'{video} is gone.')", "raise Gone(i18n.text('{video} is gone.', video=video))"),
        (TOLD, "raise Gone('%s is gone.' % video)", "raise Gone(error.message)"),
        (TOLD, "raise Gone('{} is gone.'.format(video))", "raise Lost('It is lost.')"),
        (TOLD, "InvalidInput.field(f'a.{b}', 'Bad b.')", "InvalidInput.field(f'a.{b}', text('Bad b.'), 'bad')"),
        (TOLD, "FieldError('a', 'bad', ' '.join(texts))", "FieldError('a', 'bad', joined(texts))"),
        (rules.waivers, "x = 1  # type: ignore", "x = 1  # type: ignore[misc]  # huey has no types"),
        (rules.waivers, "x = 1  # type: ignore[misc]", "x = 1  # a type that is ignored"),
        (rules.waivers, "x = 1  # noqa", "x = 1  # noqa: S608 - names from our code"),
        (rules.waivers, "x = 1  # noqa: S608", "x = 1"),
        (rules.waivers, "# fmt: off", "x = (1)  # fmt: skip"),
        (rules.length, "\n" * 351, "\n" * 350),
        (rules.words, "# TO" + "DO: later", "# todos los santos"),
        (rules.words, "see /wo" + "rk/main", "see /workspace or a/work/b"),
        (rules.words, "https://registry.npm" + "js.org/x", "npm"),
        (rules.words, "made with Chat" + "GPT", "made with care"),
    ],
)
def test_a_rule_refuses_the_wrong_and_passes_the_right(rule: rules.Rule, wrong: str, right: str) -> None:
    assert len(rule(wrong)) == 1
    assert rule(right) == []


@pytest.mark.parametrize(
    ("source", "stranger", "owner"),
    [
        ("import huey", "novacast/vods/jobs.py", "novacast/jobs.py"),
        ("from huey.consumer import Consumer", "novacast/worker.py", "novacast/jobs.py"),
        ("import sqlite3", "novacast/accounts/store.py", "novacast/database/writer.py"),
        ("from cryptography.fernet import Fernet", "novacast/web/sessions.py", "novacast/security/seal.py"),
        ("import ffmpeg", "novacast/vods/service.py", "novacast/media/commands.py"),
        ("import subprocess", "novacast/media/probe.py", "novacast/media/process.py"),
    ],
)
def test_a_package_is_refused_to_strangers(source: str, stranger: str, owner: str) -> None:
    assert rules.owned_imports(stranger)(source) != []
    assert rules.owned_imports(owner)(source) == []


def test_a_handler_of_16_lines_is_too_long() -> None:
    def source(lines: int) -> str:
        body = "\n".join(["        x = 1"] * lines)
        return f'class Routes:\n    @get("/x")\n    async def show(self, call):\n        """Says."""\n{body}\n'

    assert rules.handlers(source(15)) == []
    assert rules.handlers(source(16)) == ["3: show has 16 lines, at most 15"]


def test_a_function_is_measured_without_its_docstring_and_decorators() -> None:
    assert rules.functions('@a\n@b\ndef f():\n    """One.\n\n    Two.\n    """\n    x = 1\n    return x\n') == [
        ("f", 3)
    ]
