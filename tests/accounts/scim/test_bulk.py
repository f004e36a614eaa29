"""SCIM's bulk requests: each operation for itself, and what names another comes after it."""

from typing import Any

from novacast.accounts.scim.models import LARGEST, MOST_OPERATIONS
from tests.accounts.scim.conftest import Provider

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


async def bulk(provider: Provider, *operations: dict[str, Any], **more: Any) -> Any:
    return await provider.ask("POST", "/Bulk", {"schemas": [BULK], "Operations": list(operations), **more})


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": f"{name}@stage.example"}, **more}


async def test_a_group_is_made_with_people_whom_the_same_request_makes_behind_it(provider: Provider) -> None:
    group = {"displayName": "Ushers", "members": [{"value": "bulkId:ada"}, {"value": "bulkId:ben"}]}
    told = await bulk(
        provider,
        {"method": "POST", "path": "/Groups", "bulkId": "ushers", "data": group},
        user("ada"),
        user("ben"),
        {"method": "PATCH", "path": "/Users/bulkId:ben",
         "data": {"Operations": [{"op": "replace", "path": "displayName", "value": "Ben"}]}},
    )  # fmt: skip
    assert provider.status == 200
    assert [one["status"] for one in told["Operations"]] == ["201", "201", "201", "200"]
    assert [one.get("bulkId") for one in told["Operations"]] == ["ushers", "ada", "ben", None]
    made = await provider.ask("GET", "/Groups/" + told["Operations"][0]["location"].rpartition("/")[2])
    assert len(made["members"]) == 2
    assert made["meta"]["version"] == told["Operations"][0]["version"]
    assert (await provider.ask("GET", "/Users", filter='displayName eq "Ben"'))["totalResults"] == 1


async def test_what_fails_says_so_and_stops_the_rest_only_where_that_is_wanted(provider: Provider) -> None:
    made = await provider.user("eve@stage.example")
    told = await bulk(
        provider,
        user("eve"),
        {"method": "DELETE", "path": "/Users/nobody"},
        {"method": "DELETE", "path": f"/Users/{made['id']}", "version": 'W/"old"'},
        {"method": "POST", "path": "/Groups", "data": {"displayName": "X", "members": [{"value": "bulkId:none"}]}},
        user("ada"),
    )
    assert [one["status"] for one in told["Operations"]] == ["409", "404", "412", "409", "201"]
    assert told["Operations"][0]["response"]["scimType"] == "uniqueness"
    told = await bulk(provider, user("eve"), user("cid"), failOnErrors=1)
    assert [one["status"] for one in told["Operations"]] == ["409"]
    assert (await provider.ask("GET", "/Users", filter='userName sw "cid@"'))["totalResults"] == 0


async def test_those_that_wait_for_each_other_are_conflicts(provider: Provider) -> None:
    told = await bulk(
        provider,
        {"method": "POST", "path": "/Groups", "bulkId": "a",
         "data": {"displayName": "A", "members": [{"value": "bulkId:b"}]}},
        {"method": "POST", "path": "/Groups", "bulkId": "b",
         "data": {"displayName": "B", "members": [{"value": "bulkId:a"}]}},
    )  # fmt: skip
    assert "409" in [one["status"] for one in told["Operations"]]


async def test_a_bulk_request_has_its_limits_and_needs_the_scope(provider: Provider) -> None:
    config = await provider.ask("GET", "/ServiceProviderConfig")
    assert config["bulk"] == {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": LARGEST}
    assert config["sort"] == config["etag"] == {"supported": True}
    await bulk(provider, *[{"method": "GET", "path": "/Users"}] * (MOST_OPERATIONS + 1))
    assert provider.status == 413
    for wrong in ({"Operations": []}, {"schemas": [BULK]}, {"schemas": [BULK], "Operations": ["x"]}):
        await provider.ask("POST", "/Bulk", wrong)
        assert provider.status == 400, wrong
    told = await bulk(provider, {"method": "GET", "path": "/Users/x"}, {"method": "POST", "path": "/Schemas"}, {})
    assert [one["status"] for one in told["Operations"]] == ["400", "404", "404"]
    await provider.ask("POST", "/Bulk", {}, token=await provider.house.token("producer", "write"))
    assert provider.status == 403
