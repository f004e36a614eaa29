"""Login is the default; cookies and tokens; what comes with every answer."""

import pytest

from novacast.web.headers import policy
from tests.web.house import House, Open

BROWSER = {"Accept": "text/html"}
SAME = {"Sec-Fetch-Site": "same-origin"}


async def test_strangers_are_refused_with_a_challenge(house: House) -> None:
    async with house.ask("GET", "/api/v1/me", None) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="novacast"'


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/things"])
async def test_a_bad_token_is_refused_even_where_strangers_may_go(house: House, path: str) -> None:
    async with house.ask("GET", path, "nobody") as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].endswith('error="invalid_token"')


@pytest.mark.parametrize("given", ["Basic dG9tOnRvbQ==", "Bearer", "Bearer ", "tom"])
async def test_other_schemes_are_refused(house: House, given: str) -> None:
    status, _ = await house.json("GET", "/api/v1/things", None, headers={"Authorization": given})
    assert status == 401


async def test_two_tokens_are_one_too_many(house: House) -> None:
    answer = await house.told(
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nAuthorization: Bearer ada\r\n"
        b"Connection: close\r\n\r\n"
    )
    assert answer.split()[1] == b"400"


async def test_a_cookie_that_has_run_out_makes_a_stranger(house: House) -> None:
    cookie = {"Cookie": "novacast_session=gone"}
    assert (await house.json("GET", "/api/v1/things", None, headers=cookie))[0] == 200
    assert (await house.json("GET", "/api/v1/me", None, headers=cookie))[0] == 401


async def test_a_tokens_scopes_narrow_it(house: House) -> None:
    assert (await house.json("GET", "/api/v1/me", "reader"))[0] == 200
    status, problem = await house.json("POST", "/api/v1/things", "reader", json={"title": "x"})
    assert (status, problem["code"]) == (403, "forbidden")
    assert "write" in problem["detail"]


async def test_a_browser_is_sent_to_the_login_and_back(house: House) -> None:
    async with house.ask("GET", "/private?a=1&b=%20", None, headers=BROWSER) as response:
        assert response.status == 303
        assert response.headers["Location"] == "/login?next=%2Fprivate%3Fa%3D1%26b%3D%2520"
    async with house.ask("POST", "/logout", None, headers=BROWSER | SAME, data={}) as response:
        assert (response.status, response.headers["Location"]) == (303, "/login")


async def test_a_login_sets_a_cookie_that_opens_the_house(house: House) -> None:
    async with house.ask("POST", "/login", None, data={"email": "a@b", "remember": "on"}, headers=SAME) as response:
        assert response.status == 303
        cookies = response.cookies
    session = cookies["novacast_session"]
    assert (session.value, session["max-age"], session["path"]) == ("tom", "60", "/")
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert not session["secure"]
    jar = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    async with house.ask("GET", "/private", None, headers={"Cookie": jar}) as response:
        text = await response.text()
        assert "Tom" in text
        assert "Welcome, a@b" in text
        assert response.cookies["novacast_notice"]["max-age"] == "0"
    async with house.ask("POST", "/logout", None, headers={"Cookie": jar} | SAME, data={}) as response:
        assert response.cookies["novacast_session"]["max-age"] == "0"


async def test_over_https_only_the_protected_cookie_counts(open_house: Open) -> None:
    house = await open_house(public_url="https://house.example")
    async with house.ask("POST", "/login", None, data={"email": "a@b"}, headers=SAME) as response:
        session = response.cookies["__Host-novacast_session"]
        assert session["secure"]
    plain, protected = ({"Cookie": f"{name}novacast_session=tom"} for name in ("", "__Host-"))
    assert (await house.json("GET", "/api/v1/me", None, headers=plain))[0] == 401
    assert (await house.json("GET", "/api/v1/me", None, headers=protected))[0] == 200


@pytest.mark.parametrize(("url", "days", "sent"), [
    ("https://house.example", 0, None), ("https://house.example", 365, "max-age=31536000"), ("", 365, None),
])  # fmt: skip
async def test_browsers_are_held_to_https_only_where_it_is_asked_for(
    open_house: Open, url: str, days: int, sent: str | None
) -> None:
    house = await open_house(public_url=url, hsts_days=days)
    for path in ("/", "/api/v1/nothing"):
        async with house.ask("GET", path, None) as response:
            assert response.headers.get("Strict-Transport-Security") == sent


@pytest.mark.parametrize("path", ["/", "/api/v1/things", "/api/v1/nothing", "/nowhere", "/api/v1/realtime"])
async def test_every_answer_is_protected(house: House, path: str) -> None:
    async with house.ask("GET", path, None) as response:
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Content-Security-Policy"] == policy({})
        assert "Strict-Transport-Security" not in headers
        assert headers["Cache-Control"] in ("no-store", "private, no-cache")
        assert len(headers["X-Request-ID"]) == 20
        assert headers["Server"] == "NovaCast", "versions are nobody's business"


async def test_the_policy_forbids_what_is_inline(house: House) -> None:
    assert "unsafe" not in policy({})
    assert "frame-ancestors 'none'" in policy({})
    async with house.ask("GET", "/private") as response:
        assert "style-src 'self' 'unsafe-inline'" in response.headers["Content-Security-Policy"]
        assert "script-src 'self';" in response.headers["Content-Security-Policy"]


async def test_texts_from_outside_are_escaped(house: House) -> None:
    async with house.ask("GET", "/", None) as response:
        text = await response.text()
    assert "&lt;b&gt;bold&lt;/b&gt;" in text


async def test_head_answers_as_get_without_the_body(house: House) -> None:
    async with house.ask("HEAD", "/api/v1/things", None) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_options_are_answered_where_a_route_says_so(house: House) -> None:
    async with house.ask("OPTIONS", "/api/v1/uploads", None) as response:
        assert (response.status, response.headers["Tus-Version"]) == (204, "1.0.0")


async def test_the_log_holds_no_secrets_of_addresses(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "novacast.access"):
        await house.json("GET", "/api/v1/things?cursor=hunter2", None)
        await house.json("GET", "/invitations/0123456789abcdef0123456789abcdef", None)
        await house.json("GET", "/api/v1/things/a%0Ab", None)
    lines = [record.getMessage() for record in caplog.records if record.name == "novacast.access"]
    assert len(lines) == 3
    assert not [line for line in lines if "hunter2" in line or "0123456789abcdef" in line or "\n" in line]
    assert lines[0].startswith("GET /api/v1/things 200 ")
