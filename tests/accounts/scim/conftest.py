"""A provisioning client at a real server."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from tests.operations.admin.conftest import House, house

__all__ = ["house"]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Provider:
    """`ask` answers status and document."""

    house: House
    token: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        more: dict[str, str] | None = None,
        **query: str,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.request(
                method,
                f"{self.house.url}/scim/v2{path}",
                json=body,
                params=query,
                headers={"Content-Type": "application/scim+json", **(more or {})},
            ) as response,
        ):
            self.status, self.headers = response.status, dict(response.headers)
            return await response.json(content_type=None) if response.status not in (204, 304) else None

    async def user(self, user_name: str, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.ask("POST", "/Users", {"schemas": [USER], "userName": user_name, **more})
        assert self.status == 201, made
        return made

    async def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return await self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
async def provider(house: House) -> Provider:
    person = (await house.operator.people(q="producer@")).items[0]
    await house.operator.grant(person.id)
    return Provider(house, await house.token("producer", "scim"))
