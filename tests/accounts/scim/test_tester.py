"""The public suite for SCIM servers, at ours: `pip install scim2-tester scim2-client[httpx2]` has it run."""

import asyncio
import os
import shutil
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


def _python() -> str | None:
    """One that has the suite: this, or the one that SCIM2_TESTER_PYTHON names."""
    for one in (os.environ.get("SCIM2_TESTER_PYTHON"), sys.executable):
        if one and shutil.which(one) and not subprocess.run([one, "-c", "import scim2_tester, httpx2"], check=False,
                                                            capture_output=True).returncode:  # fmt: skip
            return one
    return None


@pytest.mark.slow
async def test_the_public_suite_finds_nothing_wrong(provider: Provider, tmp_path: Path) -> None:
    python = _python()
    if python is None:
        pytest.skip("scim2-tester is not installed")
    script = tmp_path / "suite.py"
    script.write_text(PROGRAM)
    arguments = [python, str(script), f"{provider.house.url}/scim/v2", provider.token]
    environment = {name: one for name, one in os.environ.items() if name != "PYTHONPATH"}
    done = await asyncio.to_thread(
        subprocess.run, arguments, check=False, capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
