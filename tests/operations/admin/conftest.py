"""A whole server in this process, on a founded data folder, without a worker; its operator at the socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from novacast.app import running
from novacast.settings import Jobs, Live, Server, Settings, Uploads
from novacast_admin.client import Client, Place
from tests.app.venue import CHEAP, PASSWORD, Venue, found


@dataclass
class House:
    settings: Settings
    org: str
    url: str
    operator: Client
    """On the server's machine."""

    async def token(self, who: str, *scopes: str) -> str:
        """A named API token of one of the venue's people."""
        signed = await self.ask("POST", "/tokens", body={"email": f"{who}@venue.example", "password": PASSWORD})
        body = {"password": PASSWORD, "name": "console", "scopes": list(scopes), "days": 1}
        made = await self.ask("POST", "/me/tokens", signed[1]["access_token"], body)
        assert made[0] == 201, made
        return str(made[1]["secret"])

    async def ask(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        """Over TCP, from outside."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.request(method, f"{self.url}/api/v1{path}", json=body) as response,
        ):
            return response.status, await response.json(content_type=None) if response.status != 204 else None


async def settings_of(folder: Path) -> Settings:
    """Of a founded house in a new folder."""
    venue: Venue = await found(folder / "data")
    return Settings(
        data=venue.folder,
        accounts=replace(CHEAP),
        uploads=Uploads(reserve_bytes=0),
        server=Server(port=0, drain_seconds=0.2),
        jobs=Jobs(worker=False),
        live=Live(rtmp_port=0, srt_port=0, whip=False, whep=False),
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = await settings_of(tmp_path)
    async with running(settings) as server, Client(Place.local(settings.data)) as operator:
        org = (await operator.organizations()).items[0].id
        yield House(settings, org, f"http://127.0.0.1:{server.port}", operator)
