import re
from base64 import b32decode

import pytest

from novacast.identity import SYSTEM
from novacast.security import totp
from tests.accounts.house import PASSWORD
from tests.accounts.served import Served

NEW = "eleven copper lanterns"


async def ada(served: Served) -> None:
    await served.house.own.administration.create_person(SYSTEM, "ada@example.org", "Ada", PASSWORD)
    page = await served.log_in("ada@example.org", PASSWORD)
    assert page.url == "/"


async def test_one_signs_up_answers_the_mail_and_is_logged_in_by_plain_forms(served: Served) -> None:
    page = await served.get("/signup")
    assert 'type="password"' not in page.text
    page = await served.send(page, "/signup", name="Ada", email="ada@example.org")
    assert "ada@example.org" in page.text
    link = served.mailed("sign_up")
    page = await served.get(link)
    assert served.house.letterbox.last("sign_up").token in page.text
    refused = await served.send(page, "/verify", password="short")
    assert (refused.status, 'href="#f-password"' in refused.text) == (422, True)
    await served.send(refused, "/verify", password=PASSWORD)
    page = await served.get("/account")
    assert (page.status, "ada@example.org" in page.text) == (200, True)


@pytest.mark.parametrize(("wanted", "place"), [("/organizations", "/organizations"), ("https://evil.example/", "/")])
async def test_whoever_signs_up_comes_back_to_where_they_were(served: Served, wanted: str, place: str) -> None:
    page = await served.get(f"/signup?next={wanted}")
    await served.send(page, "/signup", name="Ada", email="ada@example.org")
    page = await served.send(await served.get(served.mailed("sign_up")), "/verify", password=PASSWORD)
    assert page.url == place


async def test_opening_a_link_uses_nothing_up(served: Served) -> None:
    """Programs that look into mails follow their links."""
    await served.house.own.registration.sign_up("ada@example.org", "Ada", "en", "198.51.100.1")
    for _ in range(2):
        page = await served.get(served.mailed("sign_up"))
    assert 'value="ada@example.org"' in page.text
    await served.send(page, "/verify", password=PASSWORD)
    await served.send(await served.get("/account"), "/logout")
    used_up = await served.get(served.mailed("sign_up"))
    assert (used_up.url, "was used already" in used_up.text) == ("/login", True)
    await served.log_in("ada@example.org", PASSWORD)
    assert (await served.get("/account")).url == "/account"


async def test_errors_stand_beside_what_was_typed(served: Served) -> None:
    page = await served.send(await served.get("/signup"), "/signup", name="<b>A</b>", email="no address")
    assert page.status == 422
    assert "&lt;b&gt;A&lt;/b&gt;" in page.text
    assert "<b>A</b>" not in page.text
    assert 'href="#f-email"' in page.text
    page = await served.log_in("ada@example.org", "wrong password")
    assert page.status == 401
    assert 'value="ada@example.org"' in page.text
    assert "wrong password" not in page.text


async def test_after_log_in_one_is_where_one_wanted_to_be_but_never_elsewhere(served: Served) -> None:
    await served.house.own.administration.create_person(SYSTEM, "ada@example.org", "Ada", PASSWORD)
    page = await served.get("/account/sessions")
    assert page.url == "/login"
    page = await served.send(page, "/login", email="ada@example.org", password=PASSWORD)
    assert page.url == "/account/sessions"
    await served.send(page, "/logout")
    page = await served.get("/login?next=https://example.net/")
    page = await served.send(page, "/login", email="ada@example.org", password=PASSWORD)
    assert page.url == "/"


async def test_the_second_factor_is_set_up_and_asked_for(served: Served) -> None:
    await ada(served)
    page = await served.send(await served.get("/account/security"), "/account/security/begin", password=PASSWORD)
    key = re.search(r'value="([A-Z2-7]{32})"', page.text)
    assert key is not None
    async with served.browser.get(f"{served.url}/api/v1/me/second-factor/qr.svg") as response:
        assert response.content_type == "image/svg+xml"
        assert b"<svg" in await response.read()
    code = totp.code_at(b32decode(key[1]), served.house.clock.now())
    page = await served.send(page, "/account/security/finish", code=code)
    codes = re.findall(r"<code>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</code>", page.text)
    assert len(codes) == 10
    await served.send(page, "/logout")
    page = await served.log_in("ada@example.org", PASSWORD)
    assert (await served.get("/account")).url == "/login"
    wrong = await served.send(page, "/login/code", code="000000")
    assert wrong.status == 401
    await served.send(wrong, "/login/code", code=codes[0])
    page = await served.get("/account/security")
    assert page.url == "/account/security"
    page = await served.send(page, "/account/security/off", password="wrong password")
    assert page.status == 422
    await served.send(page, "/account/security/off", password=PASSWORD)
    assert not (await served.house.own.administration.find(SYSTEM, "ada@example.org")).second_factor


async def test_profile_password_and_address_change(served: Served) -> None:
    await ada(served)
    page = await served.send(await served.get("/account"), "/account/profile", name="Ada Lovelace", language="en")
    assert "Ada Lovelace" in page.text
    page = await served.send(page, "/account/password", password="wrong password", new_password=NEW)
    assert page.status == 422
    page = await served.send(page, "/account/password", password=PASSWORD, new_password=NEW)
    assert page.status == 200
    page = await served.send(page, "/account/email", email="new@example.org", password=NEW)
    page = await served.send(await served.get(served.mailed("email_change")), "/email")
    assert "new@example.org" in page.text
    await served.send(page, "/logout")
    await served.log_in("new@example.org", NEW)
    assert (await served.get("/account")).url == "/account"


async def test_a_forgotten_password_is_replaced(served: Served) -> None:
    await ada(served)
    await served.send(await served.get("/account"), "/logout")
    page = await served.send(await served.get("/forgot"), "/forgot", email="ada@example.org")
    page = await served.get(served.mailed("password_reset"))
    assert (await served.send(page, "/reset", password="short")).status == 422
    assert (await served.send(page, "/reset", password=NEW)).url == "/login"
    await served.log_in("ada@example.org", NEW)
    assert (await served.get("/account")).url == "/account"


async def test_devices_and_tokens_are_listed_and_ended(served: Served) -> None:
    await ada(served)
    other = await served.house.open()
    page = await served.get("/account/sessions")
    assert "Firefox on Linux" in page.text
    await served.send(page, f"/account/sessions/{other.session.id}/end")
    assert await served.house.own.sessions.principal_of(other.session.id) is None
    page = await served.get("/account/tokens")
    page = await served.send(page, "/account/tokens", name="script", scopes="read", days="5", password=PASSWORD)
    secret = re.search(r"nct_[\w-]+", page.text)
    assert secret is not None
    assert (await served.api("GET", "/me", bearer=secret[0]))[0] == 200
    page = await served.get("/account/tokens")
    assert secret[0] not in page.text
    action = re.search(r'action="(/account/tokens/\w+/revoke)"', page.text)
    assert action is not None
    await served.send(page, action[1])
    assert (await served.api("GET", "/me", bearer=secret[0]))[0] == 401


async def test_an_organization_is_made_and_someone_joins_it(served: Served) -> None:
    await ada(served)
    page = await served.send(await served.get("/organizations"), "/organizations", name="The Stage")
    here = page.url
    assert "The Stage" in page.text
    assert (await served.send(page, here, name="The Stage", slug="Not good")).status == 422
    page = await served.send(page, f"{here}/invitations", email="nora@example.org", role="producer")
    assert "nora@example.org" in page.text
    await served.send(page, "/logout")
    page = await served.get(served.mailed("invitation"))
    assert (await served.send(page, "/invitation", name="Nora", password="short")).status == 422
    await served.send(page, "/invitation", name="Nora", password=PASSWORD)
    page = await served.get(here)
    assert (page.status, "Ada" in page.text) == (200, True)
    assert f"{here}/invitations" not in page.text


async def test_an_invited_account_comes_back_after_log_in(served: Served) -> None:
    await ada(served)
    await served.house.own.administration.create_person(SYSTEM, "nora@example.org", "Nora", PASSWORD)
    page = await served.send(await served.get("/organizations"), "/organizations", name="The Stage")
    await served.send(page, f"{page.url}/invitations", email="nora@example.org", role="door")
    await served.send(page, "/logout")
    page = await served.get(served.mailed("invitation"))
    link = re.search(r'href="(/login\?next=[^"]+)"', page.text)
    assert link is not None
    page = await served.send(await served.get(link[1]), "/login", email="nora@example.org", password=PASSWORD)
    assert page.url == "/invitation"
    page = await served.send(page, "/invitation")
    assert (page.status, page.url.startswith("/organizations/")) == (200, True)


async def test_an_account_is_erased_with_its_password(served: Served) -> None:
    await ada(served)
    page = await served.get("/account/data")
    assert (await served.send(page, "/account/erase", password="wrong password")).status == 422
    assert (await served.send(page, "/account/erase", password=PASSWORD)).url == "/"
    assert (await served.get("/account")).url == "/login"


@pytest.mark.parametrize("action", ["/account/profile", "/account/password", "/logout", "/account/erase", "/login"])
async def test_another_site_cant_send_our_forms(served: Served, action: str) -> None:
    await ada(served)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    async with served.browser.post(served.url + action, data={"name": "Eve"}, headers=headers) as response:
        assert response.status == 403
    assert (await served.get("/account")).url == "/account"
