"""A directory steers its own people, and neither what an operator said of them nor what it does not understand."""

from typing import Any

from tests.accounts.scim.conftest import USER, Provider

ADA = "ada@stage.example"


async def test_whom_an_operator_shut_out_no_directory_lets_in(provider: Provider) -> None:
    operator, made = provider.house.operator, await provider.user(ADA)
    path, body = f"/Users/{made['id']}", {"schemas": [USER], "userName": ADA, "active": True}
    await operator.suspend(made["id"], "chargebacks")
    assert (await provider.ask("PUT", path, body))["active"] is False
    await provider.patch(path, {"op": "replace", "path": "active", "value": True})
    await provider.ask("DELETE", path)
    await provider.user(ADA)
    suspension = (await operator.people(q=ADA)).items[0].suspension
    assert suspension is not None
    assert suspension.reason == "chargebacks"


async def test_an_operators_word_counts_for_whom_a_directory_had_shut_out_before(provider: Provider) -> None:
    operator, made = provider.house.operator, await provider.user(ADA, active=False)
    await operator.suspend(made["id"], "chargebacks")
    path = f"/Users/{made['id']}"
    assert (await provider.patch(path, {"op": "replace", "path": "active", "value": True}))["active"] is False
    await operator.unsuspend(made["id"])
    assert (await provider.ask("GET", path))["active"] is True


async def test_a_search_that_is_none_is_refused_as_such(provider: Provider) -> None:
    wrong: list[dict[str, Any]] = [
        {"schemas": 5}, {"attributes": [1]}, {"attributes": 5}, {"excludedAttributes": [None]}
    ]  # fmt: skip
    for search in wrong:
        for path in ("/.search", "/Users/.search", "/Groups/.search"):
            refused = await provider.ask("POST", path, search)
            assert (provider.status, refused["scimType"]) == (400, "invalidSyntax"), search
