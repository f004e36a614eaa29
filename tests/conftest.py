"""Fixtures that every room of the tests may use."""

import socket
from collections.abc import Iterator
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


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]
