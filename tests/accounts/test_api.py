from base64 import b32decode

import pytest
from openapi_spec_validator import validate

from novacast.accounts.routes import account_routes
from novacast.identity import SYSTEM
from novacast.security import totp
from novacast.web import collect
from tests.accounts.house import PASSWORD
from tests.accounts.served import Served

ADA = {"email": "ada@example.org", "password": PASSWORD}
NEW = {"email": "ada@example.org", "name": "Ada"}


async def program(served: Served, email: str = "ada@example.org") -> str:
    """An access token of someone who signed up just now."""
    await served.house.own.administration.create_person(SYSTEM, email, "Ada", PASSWORD)
    status, tokens = await served.api("POST", "/tokens", {"email": email, "password": PASSWORD})
    assert status == 200
    return str(tokens["access_token"])


async def test_sign_up_confirm_log_in_me_and_out(served: Served) -> None:
    status, _ = await served.api("POST", "/sign-ups", NEW)
    assert status == 204
    token = {"token": served.house.letterbox.last("sign_up").token}
    assert (await served.api("POST", "/sign-ups/confirm", token))[0] == 422
    status, problem = await served.api("POST", "/sign-ups/confirm", {**token, "password": "aaaaaaaaaaaa"})
    assert (status, problem["errors"][0]["field"]) == (422, "password")
    status, person = await served.api("POST", "/sign-ups/confirm", {**token, "password": PASSWORD})
    assert (status, person["email"]) == (200, "ada@example.org")
    assert (await served.api("POST", "/sign-ups/confirm", {**token, "password": "another long one"}))[0] == 410
    status, tokens = await served.api("POST", "/tokens", ADA)
    assert (status, tokens["state"]) == (200, "signed_in")
    status, me = await served.api("GET", "/me", bearer=tokens["access_token"])
    assert (status, me["name"]) == (200, "Ada")
    assert (await served.api("DELETE", "/session", bearer=tokens["access_token"]))[0] == 204
    assert (await served.api("GET", "/me", bearer=tokens["access_token"]))[0] == 401
    assert (await served.api("POST", "/tokens/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401


async def test_a_taken_address_signs_up_with_the_same_answer(served: Served) -> None:
    await program(served)
    free = await served.api("POST", "/sign-ups", {"email": "free@example.org", "name": "F"})
    taken = await served.api("POST", "/sign-ups", NEW)
    assert free == taken == (204, None)
    unknown = await served.api("POST", "/password-resets", {"email": "nobody@example.org"})
    known = await served.api("POST", "/password-resets", {"email": "ada@example.org"})
    assert unknown == known == (204, None)


async def test_the_second_step_is_asked_for_and_taken(served: Served) -> None:
    bearer = await program(served)
    _, set_up = await served.api("POST", "/me/second-factor", {"password": PASSWORD}, bearer=bearer)
    secret = b32decode(set_up["secret"])
    code = totp.code_at(secret, served.house.clock.now())
    status, codes = await served.api("POST", "/me/second-factor/confirm", {"code": code}, bearer=bearer)
    assert (status, len(codes["recovery_codes"])) == (200, 10)
    _, first = await served.api("POST", "/tokens", ADA)
    assert first["state"] == "second_factor"
    second = {"pending": first["pending"], "code": codes["recovery_codes"][0]}
    status, tokens = await served.api("POST", "/tokens/second-factor", second)
    assert status == 200
    assert (await served.api("GET", "/me", bearer=tokens["access_token"]))[0] == 200
    assert (await served.api("POST", "/tokens/second-factor", second))[0] == 401


async def test_a_scoped_token_does_what_its_scopes_say(served: Served) -> None:
    bearer = await program(served)
    body = {"password": PASSWORD, "name": "reader", "scopes": ["read"], "days": 3}
    status, writer = await served.api("POST", "/me/tokens", {**body, "scopes": ["write"]}, bearer=bearer)
    assert (await served.api("PATCH", "/me", {"name": "Eve"}, bearer=writer["secret"]))[0] == 403
    assert (await served.api("POST", "/organizations", {"name": "Eve's"}, bearer=writer["secret"]))[0] == 201
    assert (await served.api("DELETE", f"/me/tokens/{writer['token']['id']}", bearer=bearer))[0] == 204
    status, made = await served.api("POST", "/me/tokens", body, bearer=bearer)
    assert status == 201
    assert (await served.api("GET", "/me", bearer=made["secret"]))[0] == 200
    assert (await served.api("PATCH", "/me", {"name": "Eve"}, bearer=made["secret"]))[0] == 403
    assert (await served.api("GET", "/me/sessions", bearer=made["secret"]))[0] == 403
    status, listed = await served.api("GET", "/me/tokens", bearer=bearer)
    assert "secret" not in listed["items"][0]
    path = f"/me/tokens/{made['token']['id']}"
    assert (await served.api("DELETE", path, bearer=bearer))[0] == 204
    assert (await served.api("GET", "/me", bearer=made["secret"]))[0] == 401


async def test_too_many_tries_are_told_when_to_come_back(served: Served) -> None:
    for _ in range(8):
        assert (await served.api("POST", "/session", {**ADA, "password": "wrong password"}))[0] == 401
    async with served.browser.post(f"{served.url}/api/v1/session", json=ADA) as response:
        assert response.status == 429
        assert int(response.headers["Retry-After"]) > 0
        assert (await response.json())["code"] == "rate_limited"


async def test_a_repeated_request_makes_one_organization(served: Served) -> None:
    bearer = await program(served)
    key = {"Idempotency-Key": "the-very-same"}
    first = await served.api("POST", "/organizations", {"name": "The Stage"}, bearer=bearer, headers=key)
    again = await served.api("POST", "/organizations", {"name": "The Stage"}, bearer=bearer, headers=key)
    assert first == again
    assert first[0] == 201
    status, mine = await served.api("GET", "/organizations", bearer=bearer)
    assert (status, [(one["organization"]["slug"], one["role"]) for one in mine["items"]]) == (
        200,
        [("the-stage", "owner")],
    )


async def test_members_are_invited_changed_and_removed(served: Served) -> None:
    owner, nora = await program(served), await program(served, "nora@example.org")
    _, org = await served.api("POST", "/organizations", {"name": "The Stage"}, bearer=owner)
    here = f"/organizations/{org['id']}"
    assert (await served.api("GET", here, bearer=nora))[0] == 404
    invitation = {"email": "nora@example.org", "role": "door"}
    assert (await served.api("POST", f"{here}/invitations", invitation, bearer=owner))[0] == 201
    token = {"token": served.house.letterbox.last("invitation").token}
    assert (await served.api("POST", "/invitations/show", token))[1]["organization"] == "The Stage"
    assert (await served.api("POST", "/invitations/accept", token, bearer=nora))[0] == 200
    assert (await served.api("GET", f"{here}/members", bearer=nora))[0] == 403
    _, me = await served.api("GET", "/me", bearer=nora)
    path = f"{here}/members/{me['id']}"
    assert (await served.api("PUT", path, {"role": "producer"}, bearer=owner))[1]["role"] == "producer"
    assert (await served.api("GET", f"{here}/members", bearer=nora))[0] == 200
    assert (await served.api("PUT", path, {"role": "emperor"}, bearer=owner))[0] == 422
    assert (await served.api("DELETE", path, bearer=owner))[0] == 204
    assert (await served.api("GET", here, bearer=nora))[0] == 404


async def test_export_and_erasure(served: Served) -> None:
    bearer = await program(served)
    status, export = await served.api("GET", "/me/export", bearer=bearer)
    assert (status, export["person"]["email"]) == (200, "ada@example.org")
    assert (await served.api("POST", "/me/erase", {"password": "not the password"}, bearer=bearer))[0] == 422
    assert (await served.api("POST", "/me/erase", {"password": PASSWORD}, bearer=bearer))[0] == 204
    assert (await served.api("GET", "/me", bearer=bearer))[0] == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tokens", {"email": "ada@example.org"}),
        ("/tokens", {"email": 1, "password": PASSWORD}),
        ("/tokens", {**ADA, "admin": True}),
        ("/tokens", {"email": "ada@example.org", "password": "x" * 1001}),
        ("/sign-ups", {**NEW, "name": "see www.example.net"}),
        ("/sign-ups", {"email": "nobody", "name": "N"}),
        ("/sign-ups", {**NEW, "password": PASSWORD}),
        ("/sign-ups/confirm", {"token": "x" * 201, "password": PASSWORD}),
        ("/sign-ups/confirm", {"token": "x", "password": "x" * 1001}),
        ("/tokens/refresh", {"refresh_token": ""}),
        ("/session", {"email": "a\x00b@example.org", "password": PASSWORD}),
        ("/session", {"email": "ada@example.org", "password": "lone \ud800"}),
        ("/sign-ups", {**NEW, "name": "turned \u202e round"}),
        ("/sign-ups", {**NEW, "language": "no tag"}),
    ],
)
async def test_what_cant_be_is_refused_with_its_fields(served: Served, path: str, body: object) -> None:
    status, problem = await served.api("POST", path, body)
    assert (status, problem["code"]) == (422, "invalid_input")
    assert problem["errors"]


async def test_login_is_needed_unless_marked_otherwise(served: Served) -> None:
    public = sorted(
        f"{route.method} {route.path}" for route in collect(*account_routes(served.house.own)) if route.public
    )
    assert public == [
        "POST /api/v1/email-changes",
        "POST /api/v1/invitations/show",
        "POST /api/v1/invitations/sign-up",
        "POST /api/v1/password-resets",
        "POST /api/v1/password-resets/confirm",
        "POST /api/v1/session",
        "POST /api/v1/session/passkey",
        "POST /api/v1/session/passkey/begin",
        "POST /api/v1/session/second-factor",
        "POST /api/v1/session/second-factor/passkey",
        "POST /api/v1/session/second-factor/passkey/begin",
        "POST /api/v1/sign-ups",
        "POST /api/v1/sign-ups/confirm",
        "POST /api/v1/sign-ups/resend",
        "POST /api/v1/tokens",
        "POST /api/v1/tokens/refresh",
        "POST /api/v1/tokens/revoke",
        "POST /api/v1/tokens/second-factor",
    ]


@pytest.mark.parametrize("pending", ["nonsense", "a.b", "é.ü", ".", "x" * 500])
async def test_a_first_step_that_never_was_opens_nothing(served: Served, pending: str) -> None:
    for path in ("/tokens/second-factor", "/session/second-factor"):
        status, problem = await served.api("POST", path, {"pending": pending, "code": "123456"})
        assert (status, problem["code"]) == (401, "unauthenticated")


async def test_the_slices_api_is_described_by_a_valid_document(served: Served) -> None:
    async with served.browser.get(f"{served.url}/api/openapi.json") as response:
        document = await response.json()
    validate(document)
    described = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    routes = {f"{route.method} {route.path}" for route in collect(*account_routes(served.house.own))}
    assert routes <= described
