"""SCIM's lists in an order, and versions of what is in them."""

from tests.accounts.scim.conftest import Provider

NAMES = ("cid", "Ada", "ben")


async def names(provider: Provider, **query: str) -> list[str]:
    found = await provider.ask("GET", "/Users", filter='userName ew "@sorted.example"', **query)
    assert provider.status == 200, found
    return [one["displayName"] for one in found["Resources"]]


async def test_people_are_sorted_by_what_a_client_names_page_by_page(provider: Provider) -> None:
    for name in NAMES:
        more = {} if name == "Ada" else {"externalId": name}
        await provider.user(f"{name.lower()}@sorted.example", displayName=name, **more)
    assert await names(provider) == ["cid", "Ada", "ben"]
    assert await names(provider, sortBy="displayName") == ["Ada", "ben", "cid"]
    assert await names(provider, sortBy="displayName", sortOrder="descending") == ["cid", "ben", "Ada"]
    assert await names(provider, sortBy="displayName", startIndex="2", count="1") == ["ben"]
    assert await names(provider, sortBy="externalId") == ["ben", "cid", "Ada"], "who has none is the last"
    assert await names(provider, sortBy="externalId", sortOrder="descending") == ["Ada", "cid", "ben"]
    search = {"filter": 'userName ew "@sorted.example"', "sortBy": "userName", "sortOrder": "descending"}
    found = await provider.ask("POST", "/Users/.search", search)
    assert [one["displayName"] for one in found["Resources"]] == ["cid", "ben", "Ada"]
    refused = await provider.ask("GET", "/Users", sortBy="password; DROP TABLE people")
    assert (provider.status, refused["scimType"]) == (400, "invalidPath")


async def test_who_has_the_newest_version_is_not_sent_it_again_and_an_old_one_changes_nothing(
    provider: Provider,
) -> None:
    made = await provider.user("ada@stage.example")
    path, first = f"/Users/{made['id']}", made["meta"]["version"]
    assert provider.headers["ETag"] == first
    await provider.ask("GET", path, more={"If-None-Match": first})
    assert (provider.status, provider.headers["ETag"]) == (304, first)
    body = {**made, "displayName": "Ada"}
    changed = await provider.ask("PUT", path, body, more={"If-Match": first})
    assert (provider.status, provider.headers["ETag"]) == (200, changed["meta"]["version"])
    assert changed["meta"]["version"] != first
    for method, sent in (("PUT", body), ("PATCH", {"Operations": []}), ("DELETE", None)):
        refused = await provider.ask(method, path, sent, more={"If-Match": first})
        assert (provider.status, refused["status"]) == (412, "412"), method
    assert (await provider.ask("GET", path, more={"If-None-Match": first}))["displayName"] == "Ada"
    await provider.ask("DELETE", path, more={"If-Match": f'"x", {changed["meta"]["version"]}'})
    assert provider.status == 204


async def test_a_group_has_another_version_with_other_members(provider: Provider) -> None:
    made = await provider.ask("POST", "/Groups", {"displayName": "Ushers"})
    person = await provider.user("ada@stage.example")
    added = {"op": "add", "path": "members", "value": [{"value": person["id"]}]}
    changed = await provider.patch(f"/Groups/{made['id']}", added)
    assert changed["meta"]["version"] != made["meta"]["version"]
    refused = await provider.ask("DELETE", f"/Groups/{made['id']}", more={"If-Match": made["meta"]["version"]})
    assert (provider.status, refused["status"]) == (412, "412")
    now = (await provider.ask("GET", f"/Users/{person['id']}"))["meta"]["version"]
    assert now != person["meta"]["version"], "they are in a group"
    await provider.ask("DELETE", f"/Groups/{made['id']}", more={"If-Match": "*"})
    assert provider.status == 204
