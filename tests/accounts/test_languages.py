"""What accounts tell people, in their language."""

import aiohttp

from tests.accounts.house import PASSWORD
from tests.accounts.served import HTML, Served

GERMAN = {"Accept-Language": "de"}


async def test_a_forms_errors_are_in_the_language_of_its_page(served: Served) -> None:
    async with aiohttp.ClientSession(headers={**HTML, **GERMAN}) as browser:
        german = Served(served.house, served.url, browser)
        page = await german.send(await german.get("/signup"), "/signup", name="", email="no address")
        assert page.status == 422
        assert "An diese Adresse lässt sich keine E-Mail senden." in page.text
        page = await german.log_in("ada@example.org", PASSWORD)
        assert (page.status, "Die Adresse oder das Passwort stimmt nicht." in page.text) == (401, True)


async def test_a_notice_after_a_redirect_is_too(served: Served) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar, headers={**HTML, **GERMAN}) as browser:
        page = await Served(served.house, served.url, browser).get("/verify?token=nonsense")
        assert (page.url, "Dieser Link ist abgelaufen" in page.text) == ("/login", True)


async def test_the_api_refuses_in_german_and_keeps_its_codes(served: Served) -> None:
    body = {"email": "ada@example.org", "password": "wrong password"}
    status, problem = await served.api("POST", "/session", body, headers=GERMAN)
    assert (status, problem["code"], problem["title"]) == (401, "unauthenticated", "Nicht angemeldet")
    assert problem["detail"].startswith("Die Adresse oder das Passwort stimmt nicht.")
