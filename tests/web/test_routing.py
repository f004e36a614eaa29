"""Routes from methods: what a signature says is what a request is held to."""

from typing import Any

import pytest

from novacast.web import Body, Call, Html, Redirect, collect, get, page, post
from tests.web.demo import DemoRoutes


class Thing(Body):
    id: str


def test_a_signature_becomes_a_route() -> None:
    class Routes:
        @post("/api/v1/things/{thing}/parts/{n}", tag="things", status=201)
        async def make(self, call: Call, thing: str, n: int, body: Thing, query: Thing) -> Thing | None:
            """What it is for."""
            return None

    (route,) = collect(Routes())
    assert dict(route.path_params) == {"thing": str, "n": int}
    assert (route.body, route.query, route.form, route.answer, route.empty) == (Thing, Thing, None, Thing, True)
    assert (route.method, route.status, route.tag, route.description) == ("POST", 201, "things", "What it is for.")
    assert (route.public, route.scope, route.idempotent) == (False, "write", True)


def test_login_and_the_narrower_scope_are_the_default() -> None:
    routes = {route.name: route for route in collect(DemoRoutes(None))}  # type: ignore[arg-type]  # none is called
    assert not routes["DemoRoutes.me"].public
    assert routes["DemoRoutes.me"].scope == "read"
    assert routes["DemoRoutes.remove"].scope == "write"
    assert not routes["DemoRoutes.upload"].idempotent
    assert not routes["DemoRoutes.login"].idempotent


def test_one_method_may_have_several_paths() -> None:
    class Routes:
        @page("/b")
        @page("/a")
        async def show(self, call: Call) -> Html | Redirect:
            return Redirect("/")

    assert [(route.path, route.answer) for route in collect(Routes())] == [("/b", None), ("/a", None)]


def test_an_overridden_method_counts_once() -> None:
    class Old:
        @get("/a")
        async def show(self, call: Call) -> None: ...

    class New(Old):
        @get("/b")
        async def show(self, call: Call) -> None: ...

    assert [route.path for route in collect(New())] == ["/b"]


def _no_param(self: Any, call: Call) -> None: ...
def _extra(self: Any, call: Call, thing: str, more: str) -> None: ...
def _untyped(self: Any, call: Call, thing) -> None: ...  # type: ignore[no-untyped-def]  # the mistake under test
def _odd(self: Any, call: Call, thing: float) -> None: ...
def _no_model(self: Any, call: Call, thing: str, body: dict[str, Any]) -> None: ...
def _silent(self: Any, call: Call, thing: str): ...  # type: ignore[no-untyped-def]  # the mistake under test


@pytest.mark.parametrize("method", [_no_param, _extra, _untyped, _odd, _no_model, _silent])
def test_a_signature_that_does_not_fit_fails_at_the_start(method: Any) -> None:
    routes = type("Routes", (), {"handle": get("/things/{thing}")(method)})
    with pytest.raises(TypeError, match="_"):
        collect(routes())
