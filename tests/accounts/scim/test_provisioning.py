"""SCIM 2.0: people and groups, what becomes of them here, and who may."""

from typing import Any

from tests.accounts.scim.conftest import GROUP, Provider

ADA = "ada@stage.example"


async def test_somebody_is_made_found_changed_and_shut_out(provider: Provider) -> None:
    house = provider.house
    made = await provider.user(ADA, name={"givenName": "Ada", "familyName": "Byron"}, externalId="a-1", active=True)
    assert (made["displayName"], made["emails"], made["active"]) == (
        "Ada Byron",
        [{"value": ADA, "primary": True}],
        True,
    )
    assert provider.headers["Location"] == made["meta"]["location"]
    assert provider.headers["Content-Type"].startswith("application/scim+json")
    person = (await house.operator.people(q=ADA)).items[0]
    assert (person.id, person.name) == (made["id"], "Ada Byron")
    for written in (f'userName eq "{ADA.upper()}"', 'externalId eq "a-1"',
                    'emails[value co "ada@"] and active eq true', f'not (userName ne "{ADA}")',
                    'name.familyName sw "BY" or displayName pr and id eq "x"'):  # fmt: skip
        found = await provider.ask("GET", "/Users", filter=written)
        assert [one["id"] for one in found["Resources"]] == [made["id"]], written
    changed = await provider.patch(
        f"/Users/{made['id']}",
        {"op": "Replace", "path": "displayName", "value": "Ada L."},
        {"op": "replace", "value": {"name.familyName": "Lovelace", "title": "Countess"}},
        {"op": "replace", "path": 'emails[type eq "work" or primary eq true].value', "value": "ada@new.example"},
    )
    assert (changed["displayName"], changed["name"]["familyName"]) == ("Ada L.", "Lovelace")
    assert (await house.operator.people(q="ada@new.example")).items[0].name == "Ada L."
    shut = await provider.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert shut["active"] is False
    assert (await house.operator.people(q="ada@new")).items[0].suspension is not None


async def test_who_is_deactivated_is_logged_out_at_once_and_can_come_back(provider: Provider) -> None:
    house = provider.house
    token = await house.token("visitor", "read")
    found = await provider.ask("GET", "/Users", filter='userName eq "visitor@venue.example"')
    path = f"/Users/{found['Resources'][0]['id']}"
    await provider.patch(path, {"op": "replace", "value": {"active": False}})
    assert (await house.ask("GET", "/me", token))[0] == 401
    assert (await house.ask("POST", "/tokens", body={"email": "visitor@venue.example", "password": "x"}))[0] == 401
    await provider.patch(path, {"op": "replace", "value": {"active": True}})
    assert await house.token("visitor", "read")


async def test_who_is_deleted_is_shut_out_and_comes_back_as_who_they_were(provider: Provider) -> None:
    made = await provider.user(ADA)
    await provider.ask("DELETE", f"/Users/{made['id']}")
    assert provider.status == 204
    gone = await provider.ask("GET", f"/Users/{made['id']}")
    assert (provider.status, gone["status"]) == (404, "404")
    assert gone["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert (await provider.ask("GET", "/Users", filter=f'userName eq "{ADA}"'))["totalResults"] == 0
    assert (await provider.house.operator.people(q=ADA)).items[0].suspension is not None
    assert (await provider.user(ADA))["id"] == made["id"]
    assert (await provider.house.operator.people(q=ADA)).items[0].suspension is None


async def test_a_name_or_address_that_another_has_is_a_conflict_of_uniqueness(provider: Provider) -> None:
    made = await provider.user(ADA)
    for body in (
        {"userName": ADA},
        {"userName": "other", "emails": [{"value": "producer@venue.example"}]},
        {"userName": ADA.upper(), "emails": [{"value": "other@stage.example"}]},
    ):
        refused = await provider.ask("POST", "/Users", body)
        assert (provider.status, refused["scimType"]) == (409, "uniqueness"), body
    refused = await provider.patch(
        f"/Users/{made['id']}", {"op": "replace", "path": "emails", "value": [{"value": "owner@venue.example"}]}
    )
    assert (provider.status, refused["scimType"]) == (409, "uniqueness")


async def test_a_group_makes_its_members_what_its_name_or_an_operator_says(provider: Provider) -> None:
    house = provider.house
    slug = (await house.operator.organizations()).items[0].slug
    ada, ben = await provider.user(ADA), await provider.user("ben@stage.example")

    async def roles() -> list[Any]:
        found = (await house.operator.people(q="@stage.example")).items
        return [person.roles.get(house.org) for person in sorted(found, key=lambda one: one.email)]

    group = await provider.ask("POST", "/Groups", {"schemas": [GROUP], "displayName": f"{slug}:door",
                                                   "members": [{"value": ada["id"]}]})  # fmt: skip
    assert await roles() == ["door", None]
    more = await provider.ask(
        "POST", "/Groups", {"displayName": "Box office people", "members": [{"value": ada["id"]}]}
    )
    assert await roles() == ["door", None]
    await house.operator.send(
        "PUT", f"/api/v1/admin/scim-groups/{more['id']}", {"organization": house.org, "role": "box_office"}
    )
    assert await roles() == ["box_office", None]
    path = f"/Groups/{group['id']}"
    await provider.patch(path, {"op": "add", "path": "members", "value": [{"value": ben["id"]}]})
    assert await roles() == ["box_office", "door"]
    shown = await provider.ask("GET", f"/Users/{ada['id']}")
    assert {one["display"] for one in shown["groups"]} == {f"{slug}:door", "Box office people"}
    await provider.patch(path, {"op": "remove", "path": f'members[value eq "{ben["id"]}"]'})
    await provider.ask("DELETE", f"/Groups/{more['id']}")
    assert await roles() == ["door", None]
    await provider.patch(path, {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]})
    assert await roles() == [None, None]
    refused = await provider.patch(path, {"op": "add", "path": "members", "value": [{"value": "nobody"}]})
    assert (provider.status, refused["scimType"]) == (400, "invalidValue")


async def test_a_house_keeps_an_owner_and_operators_are_left_alone(provider: Provider) -> None:
    house = provider.house
    slug = (await house.operator.organizations()).items[0].slug
    owner = (await provider.ask("GET", "/Users", filter='userName eq "owner@venue.example"'))["Resources"][0]
    group = await provider.ask("POST", "/Groups", {"displayName": f"{slug}:owner", "members": [{"value": owner["id"]}]})
    await provider.ask("DELETE", f"/Groups/{group['id']}")
    assert provider.status == 409
    operator = (await provider.ask("GET", "/Users", filter='userName eq "producer@venue.example"'))["Resources"][0]
    await provider.patch(f"/Users/{operator['id']}", {"op": "replace", "path": "active", "value": False})
    assert provider.status == 403
    await provider.ask("DELETE", f"/Users/{operator['id']}")
    assert provider.status == 403


async def test_pages_count_from_one_and_attributes_are_narrowed(provider: Provider) -> None:
    for number in range(3):
        await provider.user(f"p{number}@stage.example")
    wanted = {"filter": 'userName ew "@stage.example"', "count": "2", "startIndex": "2", "attributes": "userName"}
    found = await provider.ask("GET", "/Users", **wanted)
    assert (found["totalResults"], found["startIndex"], found["itemsPerPage"]) == (3, 2, 2)
    assert [sorted(one) for one in found["Resources"]] == [["id", "schemas", "userName"]] * 2
    searched = await provider.ask("POST", "/Users/.search", {"filter": wanted["filter"], "count": 0})
    assert (searched["totalResults"], searched["Resources"]) == (3, [])


BAD_FILTERS = (
    "userName", "userName eq", 'userName xx "a"', "(((", 'password eq "a"', "a" * 5000, "(" * 100 + "id pr",
    " or ".join(["id pr"] * 100), "id eq 1; DROP TABLE people", 'userName eq "a" "', "1=1", 'emails[value eq "a"',
)  # fmt: skip


async def test_a_filter_that_is_none_is_refused_as_such(provider: Provider) -> None:
    for written in BAD_FILTERS:
        refused = await provider.ask("GET", "/Users", filter=written)
        assert (provider.status, refused["status"]) == (400, "400"), written
        assert refused["scimType"] in ("invalidFilter", "invalidValue"), written


BAD_PATCHES: tuple[tuple[Any, str], ...] = (
    ([], "invalidSyntax"),
    ({"Operations": []}, "invalidSyntax"),
    ({"Operations": [{"op": "move", "path": "active"}]}, "invalidSyntax"),
    ({"Operations": [{"op": "remove"}]}, "noTarget"),
    ({"Operations": [{"op": "replace", "path": "id", "value": "x"}]}, "mutability"),
    ({"Operations": [{"op": "replace", "path": "emails[", "value": "x"}]}, "invalidPath"),
    ({"Operations": [{"op": "replace", "path": 'emails[value eq "no"].value', "value": "x"}]}, "noTarget"),
    ({"Operations": [{"op": "replace", "path": "active", "value": [1]}]}, "invalidValue"),
    ({"Operations": [{"op": "remove", "path": "userName"}]}, "invalidValue"),
    ({"Operations": [{"op": "replace", "path": "userName", "value": "x" * 1000}]}, "invalidValue"),
)


async def test_a_patch_that_is_none_changes_nothing_and_says_which_kind(provider: Provider) -> None:
    made = await provider.user(ADA)
    for body, kind in BAD_PATCHES:
        refused = await provider.ask("PATCH", f"/Users/{made['id']}", body)
        assert (provider.status, refused["scimType"]) == (400, kind), body
    assert await provider.ask("GET", f"/Users/{made['id']}") == made


async def test_only_an_operators_token_of_the_scope_comes_in_and_it_opens_nothing_else(provider: Provider) -> None:
    house = provider.house
    for token in ("", "nct_nothing", await house.token("owner", "scim"), await house.token("owner", "admin", "write")):
        told = await provider.ask("GET", "/Users", token=token)
        assert provider.status == (401 if not token.startswith("nct_") or token == "nct_nothing" else 403)
        assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    for path in ("/me", "/admin/people", "/organizations", f"/organizations/{house.org}/events"):
        assert (await house.ask("GET", path, provider.token))[0] == 403, path


async def test_what_a_client_does_is_written_down(provider: Provider) -> None:
    made = await provider.user(ADA)
    await provider.ask("DELETE", f"/Users/{made['id']}")
    deeds = (await provider.house.operator.audit(action="/scim")).items
    assert [(deed.action, deed.status) for deed in deeds] == [
        ("DELETE /scim/v2/Users/{person_id}", 204),
        ("POST /scim/v2/Users", 201),
    ]
    assert deeds[0].subject == {"person_id": made["id"]}
