"""Here every house has the video `MADE`."""

import pytest

from tests.vods.conftest import House
from tests.vods.stock import stock, stocked

__all__ = ["stock", "stocked"]


@pytest.fixture
def house(stocked: House) -> House:
    return stocked
