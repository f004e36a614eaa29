"""What videos need of their neighbours."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...
