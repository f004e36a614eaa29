from pathlib import Path
from typing import Any

import pytest

from tests.admin.commands import Novacast, runner


@pytest.fixture
def novacast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]) -> Novacast:
    return runner(tmp_path, monkeypatch, capsys)
