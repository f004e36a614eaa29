"""The public suite for SCIM servers, at ours."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.accounts.scim.conftest import Provider

PROGRAM = """
import sys
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
client = SyncSCIMClient(Client(base_url=sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]}))
results = check_server(client)
wrong = [one for one in results if one.status is not Status.SUCCESS]
for one in wrong:
    print(one.status.name, one.title, one.resource_type, one.reason, flush=True)
print(len(results), "checks")
sys.exit(any(one.status is not Status.SKIPPED for one in wrong) or len(results) < 50)
"""


@pytest.mark.slow
async def test_the_public_suite_finds_nothing_wrong(provider: Provider, tmp_path: Path) -> None:
    script = tmp_path / "suite.py"
    script.write_text(PROGRAM)
    arguments = [sys.executable, str(script), f"{provider.house.url}/scim/v2", provider.token]
    environment = {name: one for name, one in os.environ.items() if name != "PYTHONPATH"}
    done = await asyncio.to_thread(
        subprocess.run, arguments, check=False, capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
