"""Errors as answers: one shape, no secrets, a page for a browser."""

import logging

import pytest

from novacast.errors import NovaCastError
from novacast.web.problems import STATUSES, status_of
from novacast.web.reference import error_codes
from tests.web.house import House

SHAPE = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/fails/gone", 410, "gone"),
        ("/api/v1/fails/forbidden", 403, "forbidden"),
        ("/api/v1/fails/field", 422, "invalid_input"),
        ("/api/v1/fails/secret", 500, "internal"),
        ("/api/v1/fails/refused", 500, "internal"),
        ("/api/v1/fails/unavailable", 503, "unavailable"),
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/numbers/minus", 404, "not_found"),
        ("/api/v1/numbers/9223372036854775808", 404, "not_found"),
        ("/api/v1/things/a%00b", 404, "not_found"),
    ],
)
async def test_every_refusal_is_a_problem_document(house: House, path: str, status: int, code: str) -> None:
    async with house.ask("GET", path) as response:
        problem = await response.json(content_type="application/problem+json")
        assert response.status == problem["status"] == status
        assert set(problem) == SHAPE
        assert problem["code"] == code
        assert problem["type"] == f"/docs/errors#{code}"
        assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_fields_are_named_one_by_one(house: House) -> None:
    _, problem = await house.json("GET", "/api/v1/fails/field")
    assert problem["errors"] == [{"field": "a.b", "code": "invalid", "message": "Bad b."}]


async def test_a_wrong_method_says_which_are_right(house: House) -> None:
    async with house.ask("PUT", "/api/v1/things") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET,HEAD,POST"
        assert (await response.json(content_type=None))["code"] == "method_not_allowed"


async def test_what_failed_inside_is_logged_and_not_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        _, problem = await house.json("GET", "/api/v1/fails/secret")
    assert "hunter2" not in str(problem)
    assert any(record.exc_info and "hunter2" in str(record.exc_info[1]) for record in caplog.records)
    _, problem = await house.json("GET", "/api/v1/fails/unavailable")
    assert "/srv" not in str(problem)


async def test_a_busy_part_says_when_to_come_back(house: House) -> None:
    async with house.ask("GET", "/api/v1/fails/unavailable") as response:
        assert int(response.headers["Retry-After"]) > 0


async def test_rates_are_refused_with_the_time_to_wait(house: House) -> None:
    statuses = [(await house.json("GET", "/api/v1/often", None))[0] for _ in range(3)]
    assert statuses == [204, 204, 429]
    async with house.ask("GET", "/api/v1/often", None) as response:
        assert int(response.headers["Retry-After"]) > 0
    assert (await house.json("GET", "/api/v1/often", "tom"))[0] == 204, "a person is not their network"


async def test_a_browser_gets_a_page(house: House) -> None:
    for path in ("/broken", "/nowhere"):
        async with house.ask("GET", path, None, headers=BROWSER) as response:
            text = await response.text()
            assert response.status == 404
            assert response.content_type == "text/html"
            assert response.headers["X-Request-ID"] in text


async def test_a_browser_on_the_api_gets_a_document(house: House) -> None:
    async with house.ask("GET", "/api/v1/nothing", None, headers=BROWSER) as response:
        assert response.content_type == "application/problem+json"


async def test_a_program_on_a_page_gets_a_document(house: House) -> None:
    async with house.ask("GET", "/broken", None) as response:
        assert response.content_type == "application/problem+json"


def test_every_error_has_a_status_and_a_meaning() -> None:
    assert all(issubclass(cls, NovaCastError) for cls in STATUSES)

    class Unheard(NovaCastError):
        """Of a kind that the table does not know."""

        code = "unheard"

    assert status_of(Unheard) == 500
    codes = {item.code: item for item in error_codes()}
    assert codes["in_flight"].status == 409
    assert codes["disk_full"].status == 507
    assert all(item.meaning for item in codes.values())


async def test_the_codes_are_explained_where_problems_point(house: House) -> None:
    async with house.ask("GET", "/docs/errors", None, headers=BROWSER) as response:
        assert response.status == 200
        assert 'id="idempotency_key_reused"' in await response.text()
