"""The documentation is what the server does."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.web.house import House, Open


@pytest.fixture
async def document(house: House) -> Any:
    return (await house.json("GET", "/api/openapi.json", None))[1]


async def test_the_document_is_valid(document: Any) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


async def test_every_route_of_the_api_is_in_it_and_no_page(house: House, document: Any) -> None:
    documented = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert documented == {(route.method, route.path) for route in house.server.routes if route.kind == "api"}
    assert not [path for path in document["paths"] if not path.startswith("/api/")]


async def test_shapes_limits_and_refusals_are_told(document: Any) -> None:
    operation = document["paths"]["/api/v1/things"]["post"]
    assert operation["security"] == [{"session": []}, {"bearer": ["write"]}]
    assert operation["description"] == "Words about it."
    assert {"201", "400", "401", "403", "408", "409", "413", "415", "422", "431", "500", "503", "507"} == set(
        operation["responses"]
    )
    assert operation["parameters"][0]["name"] == "Idempotency-Key"
    assert "Retry-After" in operation["responses"]["409"]["headers"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["title"]["maxLength"] == 50


async def test_routes_that_make_their_own_answer_say_how_it_ends(document: Any) -> None:
    assert "204" in document["paths"]["/api/v1/uploads/{thing}"]["patch"]["responses"]
    assert document["paths"]["/api/v1/uploads"]["options"]["responses"]["204"]["description"].startswith("What tus")
    assert "text/event-stream" in document["paths"]["/api/v1/realtime"]["get"]["responses"]["200"]["content"]


async def test_queries_are_parameters_without_null(document: Any) -> None:
    parameters = {item["name"]: item for item in document["paths"]["/api/v1/things"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert parameters["cursor"]["schema"] == {"type": "string", "maxLength": 500}
    assert not parameters["cursor"]["required"]


async def test_what_strangers_may_do_is_marked(document: Any) -> None:
    assert document["paths"]["/api/v1/token"]["post"]["security"][0] == {}
    assert "parameters" not in document["paths"]["/api/v1/token"]["post"] or not [
        item for item in document["paths"]["/api/v1/token"]["post"]["parameters"] if item["name"] == "Idempotency-Key"
    ]


async def test_every_problem_that_the_server_sends_fits_its_schema(house: House, document: Any) -> None:
    problem = document["components"]["schemas"]["Problem"]
    _, sent = await house.json("GET", "/api/v1/fails/field")
    assert set(sent) == set(problem["properties"])


async def test_the_page_shows_all_of_it_and_needs_no_other_site(house: House, document: Any) -> None:
    async with house.ask("GET", "/api/docs", None, headers={"Accept": "text/html"}) as response:
        text = await response.text()
        assert response.status == 200
    for path in document["paths"]:
        assert path in text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in text
    assert not re.findall(r'(?:src|href)="(?!/|#)', text)
    assert "<script>" not in text
    assert "style=" not in text


async def test_it_can_be_left_out(open_house: Open) -> None:
    house = await open_house(api_docs=False)
    for path in ("/api/openapi.json", "/api/docs"):
        assert (await house.json("GET", path, None))[0] == 404


async def test_the_document_is_the_same_at_every_start(open_house: Open) -> None:
    texts = [json.dumps((await (await open_house()).json("GET", "/api/openapi.json", None))[1]) for _ in range(2)]
    ports = [re.sub(r"127\.0\.0\.1:\d+", "", text) for text in texts]
    assert ports[0] == ports[1]
