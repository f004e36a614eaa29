"""How far each kind of token reaches, asked at every route of the admin API; and that each deed is in the book."""

import re
from collections.abc import Iterable

import aiohttp

from tests.operations.admin.conftest import House

ADMIN, SCIM = "/api/v1/admin/", "/scim/v2/"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Door = tuple[str, str]
"""Method and path, as the documentation has them."""


async def doors(house: House, *, below: str) -> list[Door]:
    async with aiohttp.ClientSession() as client, client.get(f"{house.url}/api/openapi.json") as response:
        paths = (await response.json())["paths"]
    return [(method.upper(), path) for path in paths if path.startswith(below) for method in paths[path]]


async def answers(house: House, token: str, asked: Iterable[Door]) -> dict[Door, int]:
    """The status of each, asked about nobody."""
    headers, found = {"Authorization": f"Bearer {token}"} if token else {}, {}
    async with aiohttp.ClientSession(headers=headers) as client:
        for method, path in asked:
            url = house.url + re.sub(r"\{[^}]*\}", "nobody", path.replace("{org_id}", house.org))
            async with client.request(method, url, json={} if method in CHANGING - {"DELETE"} else None) as response:
                found[method, path] = response.status
    return found


async def test_the_admin_api_is_for_operators_tokens_of_its_scope_alone(house: House) -> None:
    visitor = (await house.operator.people(q="visitor@")).items[0]
    before = await house.token("visitor", "admin", "scim", "read", "write", "upload")
    await house.operator.grant(visitor.id)
    tokens = {
        "nobody": "",
        "a house's owner": await house.token("owner", "admin", "scim", "read", "write", "upload"),
        "an operator, with a token from before": before,
        "an operator, for less": await house.token("visitor", "read", "write", "upload"),
        "an operator's directory": await house.token("visitor", "scim", "read", "write"),
    }
    asked = await doors(house, below=ADMIN)
    assert len(asked) > 50
    for who, token in tokens.items():
        let_in = {door: status for door, status in (await answers(house, token, asked)).items() if status < 401}
        assert not let_in, who
        # What is asked wrongly is said to be so by some before it is looked who asks; never that it was done.
        assert set((await answers(house, token, asked)).values()) <= {401, 403, 422}, who


async def test_a_directorys_token_opens_nothing_but_scim_whatever_else_it_is_for(house: House) -> None:
    visitor = (await house.operator.people(q="visitor@")).items[0]
    await house.operator.grant(visitor.id)
    token = await house.token("visitor", "scim", "read", "write")
    rename = ("PATCH", f"/organizations/{house.org}", token, {"name": "Mine"})
    assert (await house.ask(*rename))[0] == 403, "this operator is no member"
    assert (await house.ask("GET", f"/organizations/{house.org}/members", token))[0] == 403
    assert set((await answers(house, token, [("GET", "/scim/v2/Users"), ("GET", "/scim/v2/Groups")])).values()) == {200}


async def test_whatever_an_operator_may_change_is_in_the_book(house: House) -> None:
    visitor = (await house.operator.people(q="visitor@")).items[0]
    await house.operator.grant(visitor.id)
    token = await house.token("visitor", "admin")
    asked = [door for below in (ADMIN, SCIM) for door in await doors(house, below=below) if door[0] in CHANGING]
    statuses = await answers(house, token, asked)
    assert len(statuses) > 30
    mine = [deed for deed in (await house.operator.audit(limit=100)).items if deed.actor == f"person:{visitor.id}"]
    written = {deed.action: deed.status for deed in mine}
    for (method, path), status in statuses.items():
        # SCIM has numbers of its own for what is asked wrongly.
        assert (written.get(f"{method} {path}") or 0) // 100 == status // 100, f"{method} {path}"
