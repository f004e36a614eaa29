"""A programme that has just ended: its folder as a recorder left it, in `live/`."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from novacast.live.recording.finishing import Finishing
from tests.live.recording.conftest import stretches
from tests.live.recording.material import Stretch, recorded
from tests.vods.conftest import ORG, House

__all__ = ["stretches"]

ID = "abcdefghij0123456789"


@dataclass(frozen=True)
class Programme:
    id: str = ID
    org_id: str = ORG
    owner_id: str | None = "producer"
    title: str = "Opening night"
    description: str = "Live from the Playhouse."
    language: str = "en"
    visibility: str = "public"


PROGRAMME = Programme()
MARKS = ((0, "Doors"), (1_500_000, "Curtain"), (3_008_000, "Second act"))
"""Programme time; the second stretch begins with the last."""


@pytest.fixture(scope="session")
def drawer(tmp_path_factory: pytest.TempPathFactory, stretches: Sequence[Stretch]) -> Path:
    folder = tmp_path_factory.mktemp("drawer") / "show"
    asyncio.run(recorded(folder, stretches))
    return folder


Ended = Callable[..., Programme]


@pytest.fixture
def ended(house: House, drawer: Path) -> Ended:
    """`ended(id=…)`: a programme whose segments lie in the folder."""

    def lay(**more: object) -> Programme:
        programme = replace(PROGRAMME, **more)  # type: ignore[arg-type]  # a test's loose keywords
        shutil.copytree(drawer, house.data.live / programme.id)
        return programme

    return lay


@pytest.fixture
def finishing(house: House) -> Finishing:
    return Finishing(house.data.live, house.recordings)
