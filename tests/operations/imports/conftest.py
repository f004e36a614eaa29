"""Somebody who brings files into a house that is there, without a server."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from novacast import wiring
from novacast.clock import SystemClock
from novacast.database import Query
from novacast.identity import SYSTEM
from novacast.importing import Kind
from novacast.operations.imports.models import Import
from novacast.settings import Settings
from novacast.wiring import Services
from tests.operations.admin.conftest import settings_of


async def chunks(raw: bytes, size: int = 7000) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), size):
        yield raw[at : at + size]


@dataclass
class Desk:
    settings: Settings
    own: Services
    org: str

    async def bring(
        self, kind: Kind, raw: str | bytes, mapping: Mapping[str, Any] | None = None, *, dry: bool = False, **more: Any
    ) -> Import:
        """To its end, or to where it is refused."""
        one = await self.ready(kind, raw, mapping, **more)
        await self.own.operations.imports.begin(SYSTEM, one.id, dry=dry, here=True)
        await self.own.operations.imports.run(one.id)
        return await self.own.operations.imports.show(SYSTEM, one.id)

    async def ready(
        self,
        kind: Kind,
        raw: str | bytes,
        mapping: Mapping[str, Any] | None = None,
        *,
        org: str = "",
        invite: bool = False,
    ) -> Import:
        imports = self.own.operations.imports
        one = await imports.create(SYSTEM, kind, "file", org or self.org, invite=invite)
        one = await imports.receive(SYSTEM, one.id, chunks(raw.encode() if isinstance(raw, str) else raw))
        return await imports.arrange(SYSTEM, one.id, mapping) if mapping is not None else one

    async def issues(self, one: Import) -> list[tuple[int, str]]:
        page = await self.own.operations.imports.issues(SYSTEM, one.id)
        return [(issue.row, issue.reason) for issue in page.items]

    async def count(self, table: str, where: str = "1") -> int:
        query = Query(f"SELECT count(*) FROM {table} WHERE {where}", (), lambda row: int(row[0]))
        return await self.own.db.one(query) or 0

    async def clean(self) -> None:
        audit = await self.own.tickets.proof.audit()
        assert audit.clean, (audit.broken, audit.attacks)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = await settings_of(tmp_path)
    async with wiring.services(settings, SystemClock()) as own:
        page = await own.accounts.administration.organizations(SYSTEM, None, 1)
        yield Desk(settings, own, page.items[0].id)
