"""What is written down of a deed: enough to know what was asked for, and nothing that opens a door."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from novacast.web.trail import LONGEST, MASK, MOST, details
from tests.web.house import Open

ASKS = """import os, socket, sys
os.setgid(65534); os.setuid(65534)
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect(sys.argv[1])
    asking.sendall(b"GET /api/v1/me HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
    print(asking.recv(64).split()[1].decode())
"""


def _details(value: object) -> dict[str, object]:
    return dict(details(json.dumps(value).encode()))


def test_secrets_are_masked_however_deep_they_lie() -> None:
    told = _details(
        {
            "reason": "rude",
            "days": 3,
            "new_password": "p",
            "stream_key": "k",
            "target": {"url": "rtmp://x", "key": "k"},
            "many": [{"token": "t"}],
        }
    )
    assert told["reason"] == "rude"
    assert told["days"] == 3
    assert told["new_password"] == told["stream_key"] == MASK
    assert told["target"] == json.dumps({"url": "rtmp://x", "key": MASK})
    assert told["many"] == json.dumps([{"token": MASK}])


def test_what_is_long_is_shortened_and_what_is_no_object_left_out() -> None:
    told = _details({f"field{number}": "x" * 1000 for number in range(MOST + 5)})
    assert len(told) == MOST
    assert {len(str(value)) for value in told.values()} == {LONGEST}
    for raw in (b"", b"[1]", b"not json", b"[" * 100_000):
        assert details(raw) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
async def test_another_user_of_the_machine_is_not_the_operator_whatever_the_files_mode(open_house: Open) -> None:
    folder = Path(mkdtemp(prefix="novacast-socket-"))
    try:
        folder.chmod(0o755)
        path = folder / "s"
        await open_house(socket=path)
        path.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
        asked = await _asks(path)
        assert asked.stdout.strip() == "401", asked.stderr
    finally:
        shutil.rmtree(folder)


async def _asks(path: Path) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, "-I", "-S", "-c", ASKS, str(path)], capture_output=True, text=True, check=False
    )
