"""Other sites, proxies and redirects: who speaks, from where, and to where they are sent."""

import pytest

from novacast.errors import BadSettings
from novacast.web.protection import safe_next
from tests.web.house import House, Open

COOKIE = {"Cookie": "novacast_session=tom"}
OWN, OTHER = "http://127.0.0.1", "https://evil.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        # browser with a session
        ({**COOKIE, "Sec-Fetch-Site": "same-origin"}, 201),
        ({**COOKIE, "Sec-Fetch-Site": "none"}, 201),
        ({**COOKIE, "Sec-Fetch-Site": "same-site"}, 403),
        ({**COOKIE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**COOKIE, "Sec-Fetch-Site": "cross-site", "Origin": OWN}, 403),
        ({**COOKIE, "Origin": OWN}, 201),
        ({**COOKIE, "Origin": OTHER}, 403),
        ({**COOKIE, "Origin": "null"}, 403),
        ({**COOKIE, "Origin": OWN + ".evil.example"}, 403),
        ({**COOKIE, "Origin": "https://127.0.0.1"}, 403),
        (COOKIE, 403),
        # programs with a token, which no browser sends by itself
        ({"Authorization": "Bearer tom"}, 201),
        ({"Authorization": "Bearer tom", "Origin": OTHER}, 201),
        ({"Authorization": "Bearer tom", **COOKIE, "Sec-Fetch-Site": "cross-site"}, 201),
    ],
)
async def test_another_site_can_not_use_a_session(house: House, headers: dict[str, str], status: int) -> None:
    headers = {name: value + f":{house.server.port}" if value == OWN else value for name, value in headers.items()}
    if headers.get("Origin") == "https://127.0.0.1":
        headers["Origin"] += f":{house.server.port}"
    got, _ = await house.json("POST", "/api/v1/things", None, json={"title": "x"}, headers=headers)
    assert got == status
    assert await house.log.titles() == (["x"] if status == 201 else [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": OTHER}, 403),
    ],
)
async def test_another_site_can_not_log_a_browser_in(house: House, headers: dict[str, str], status: int) -> None:
    async with house.ask("POST", "/login", None, data={"email": "a@b"}, headers=headers) as response:
        assert response.status == status
        assert ("Set-Cookie" in response.headers) == (status == 303)


async def test_reading_needs_no_origin(house: House) -> None:
    headers = {**COOKIE, "Sec-Fetch-Site": "cross-site"}
    assert (await house.json("GET", "/api/v1/me", None, headers=headers))[0] == 200


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ((), "203.0.113.9", "127.0.0.1"),
        (("127.0.0.1",), "203.0.113.9", "203.0.113.9"),
        (("127.0.0.1",), "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (("127.0.0.1", "10.0.0.0/8"), "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (("127.0.0.1", "10.0.0.0/8"), "198.51.100.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (("127.0.0.0/8",), "::ffff:203.0.113.9", "203.0.113.9"),
        (("127.0.0.1",), "2001:db8::1%eth0", "2001:db8::1"),
        (("127.0.0.1",), "nonsense", "127.0.0.1"),
        (("192.0.2.1",), "203.0.113.9", "127.0.0.1"),
    ],
)
async def test_only_trusted_proxies_are_believed(
    open_house: Open, trusted: tuple[str, ...], forwarded: str, address: str
) -> None:
    house = await open_house(trusted_proxies=trusted)
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    _, answer = await house.json("GET", "/api/v1/whence", None, headers=headers)
    believes = any(proxy.startswith("127.") for proxy in trusted)
    assert answer == {"id": address, "title": "https" if believes else "http"}


async def test_a_proxy_that_is_no_address_is_refused_at_the_start(open_house: Open) -> None:
    with pytest.raises(BadSettings, match="trusted_proxies"):
        await open_house(trusted_proxies=("my-proxy",))


@pytest.mark.parametrize("target", ["/", "/library?q=a%20b", "/watch/x#t=1", "/a//b", "/a?next=https://x"])
def test_paths_of_ours_are_gone_on_to(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    ["", None, "library", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\nb",
     "/\t/evil.example", "/a\\b", " /a", "/" + "a" * 3000, "/a b", "\x00/"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(target: str | None) -> None:
    assert safe_next(target, "/home") == "/home"
