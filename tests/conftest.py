"""Fixtures that every room of the tests may use."""

from pathlib import Path

import pytest
from hypothesis import settings

from novacast.folder import DataFolder
from tests.fakes.clock import FakeClock

settings.register_profile("novacast", deadline=None)  # a busy machine is no failure
settings.load_profile("novacast")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    data = DataFolder.at(tmp_path / "data")
    data.prepare()
    return data
