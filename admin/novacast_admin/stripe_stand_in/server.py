"""The stand-in behind a port: who may ask, what is asked, what goes wrong, and what is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from novacast.records import dataclass
from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.account import API_VERSION, Account
from novacast_admin.stripe_stand_in.catalogue import Catalogue
from novacast_admin.stripe_stand_in.checkout import Checkout
from novacast_admin.stripe_stand_in.desk import Desk
from novacast_admin.stripe_stand_in.element import ElementScript
from novacast_admin.stripe_stand_in.errors import Refusal, missing
from novacast_admin.stripe_stand_in.faults import Fault, FaultPlan
from novacast_admin.stripe_stand_in.hosted import HostedPages
from novacast_admin.stripe_stand_in.idempotency import Keys
from novacast_admin.stripe_stand_in.money import Money
from novacast_admin.stripe_stand_in.params import checked, decoded
from novacast_admin.stripe_stand_in.payouts import Payouts
from novacast_admin.stripe_stand_in.routes import Route, routes
from novacast_admin.stripe_stand_in.shapes import Object, shaped
from novacast_admin.stripe_stand_in.webhooks import Webhooks

REFERENCES = {
    "payment_intent": "payment_intent", "latest_charge": "charge", "charge": "charge", "customer": "customer",
    "balance_transaction": "balance_transaction", "source": "charge", "latest_invoice": "invoice",
    "subscription": "subscription", "product": "product", "payment_method": "payment_method",
}  # fmt: skip
"""What may be expanded, and what it is."""


@dataclass(frozen=True)
class Asked:
    """A request that came, and what was made of it."""

    method: str
    path: str
    params: Mapping[str, Any]
    key: str | None
    version: str | None
    status: int
    replayed: bool = False


class StandIn:
    def __init__(self, base: Callable[[], float], *, live: bool = False) -> None:
        """`base`: seconds since the epoch."""
        self.account = Account(base, live=live)
        self.money = Money(self.account)
        self.checkout = Checkout(self.account, self.money)
        self.billing = self.checkout.billing
        self.catalogue = Catalogue(self.account)
        self.payouts = Payouts(self.account, self.money)
        self.webhooks = Webhooks(self.account)
        self.faults = FaultPlan()
        self.keys = Keys()
        self.asked: list[Asked] = []
        self.secret_keys: dict[str, tuple[str, ...]] = {SECRET_KEY: ()}
        """Key -> what of the paths it may not; none: all is allowed."""
        self._routes = routes(self)

    @property
    def url(self) -> str:
        return self.account.origin

    def resume(self) -> None:
        """What was to happen later is looked forward to again, once what is known was read from a file."""
        for one in (self.checkout, self.money, self.payouts, self.billing):
            one.resume()

    def event(self, id: str) -> Object:
        found = next((one for one in self.account.events if one["id"] == id), None)
        if found is None:
            raise missing("event", id)
        return found

    def invoices(self, params: Mapping[str, Any], _about: str) -> Object:
        wanted = {name: value for name, value in params.items() if name in ("customer", "status")}
        rows = self.account.all("invoice")
        if "subscription" in params:
            of = params["subscription"]
            rows = [one for one in rows if one["parent"]["subscription_details"]["subscription"] == of]
        return self.account.page(rows, params, "/v1/invoices", **wanted)

    def balance(self) -> Object:
        made = shaped("balance", livemode=self.account.live)
        currencies = sorted({one["currency"] for one in self.account.all("balance_transaction")})
        made["pending"] = [
            {"amount": self.money.balance(one), "currency": one, "source_types": {}} for one in currencies
        ]
        return made

    def calls(self, path: str, method: str = "POST") -> list[Asked]:
        """Those that were worked on: no replays, no refusals."""
        return [
            one
            for one in self.asked
            if one.method == method and path in one.path and one.status < 300 and not one.replayed
        ]

    # A request.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.next(request.method, request.path)
        if fault is Fault.DROP_BEFORE:
            return _broken(request)
        body = await request.text()
        if fault is Fault.HANG:
            with self.keys.held(request.headers.get("Idempotency-Key")):
                await self.faults.hang()
        # Between here and the answer nothing else is worked on, as if each request were a transaction.
        status, answer, replayed, asked = self._answer(request, body, fault)
        self.asked.append(asked)
        if fault is Fault.DROP_AFTER:
            return _broken(request)
        headers = {"Request-Id": f"req_{len(self.asked):08d}", "Stripe-Version": asked.version or API_VERSION}
        headers["Date"] = formatdate(self.account.now, usegmt=True)
        if asked.key is not None:
            headers["Idempotency-Key"] = asked.key
        if replayed:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": "req_00000001"}
        return web.Response(text=json.dumps(answer), status=status, content_type="application/json", headers=headers)

    def _answer(self, request: web.Request, body: str, fault: Fault | None) -> tuple[int, Any, bool, Asked]:
        method, path = request.method, request.path
        key = request.headers.get("Idempotency-Key") if method == "POST" else None
        version, params, replayed = request.headers.get("Stripe-Version"), {}, False
        try:
            self.account.tick()
            self._allow(request)
            _refuse(fault)
            params = decoded(parse_qsl(body if method == "POST" else request.query_string, keep_blank_values=True))
            route, about = self._found(method, path)
            params = checked(route.params, params)
            self.account.request = {"id": f"req_{len(self.asked) + 1:08d}", "idempotency_key": key}
            status, answer, replayed = self._once(route, about, params, key, path, fault)
        except Refusal as error:
            status, answer = error.status, error.body
        return status, answer, replayed, Asked(method, path, params, key, version, status, replayed)

    def _once(
        self, route: Route, about: str, params: Mapping[str, Any], key: str | None, path: str, fault: Fault | None
    ) -> tuple[int, Any, bool]:
        kept = None if key is None else self.keys.begin(key, route.method, path, params, self.account.now)
        if kept is not None:
            assert kept.status is not None
            return kept.status, kept.body, True
        answer: Any
        try:
            answer = _expanded(self.account, route.work(params, about), params.get("expand", ()))
            status = 200
            if fault is Fault.ERROR_AFTER:
                raise Refusal("Something went wrong at our end.", status=500, type="api_error")
        except Refusal as error:
            status, answer = error.status, error.body
            if not error.saved and key is not None:
                self.keys.forget(key)
                return status, answer, False
        if key is not None:
            self.keys.end(key, status, answer)
        return status, answer, False

    def _allow(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or key not in self.secret_keys:
            raise Refusal("Invalid API Key provided.", status=401, saved=False)
        if any(part in request.path for part in self.secret_keys[key]):
            message = "The provided key does not have the required permissions for this endpoint."
            raise Refusal(message, status=403, code="more_permissions_required", saved=False)
        version = request.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            raise Refusal(f"Invalid Stripe API version: {version}", saved=False)

    def _found(self, method: str, path: str) -> tuple[Route, str]:
        for route in self._routes:
            if route.method == method and (match := route.path.fullmatch(path)):
                return route, match.groupdict().get("id", "")
        raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404, saved=False)


def _refuse(fault: Fault | None) -> None:
    if fault is Fault.CONFLICT:
        raise Refusal("Another request holds this object.", status=409, code="lock_timeout", saved=False)
    if fault is Fault.LIMITED:
        raise Refusal("Too many requests.", status=429, code="rate_limit", saved=False)
    if fault is Fault.ERROR_BEFORE:
        raise Refusal("Something went wrong at our end.", status=500, type="api_error", saved=False)


def _expanded(account: Account, answer: Object, wanted: Any) -> Object:
    made = deepcopy(answer)
    for path in wanted:
        _expand(account, made, path.split("."), path)
    return made


def _expand(account: Account, here: Any, parts: list[str], path: str) -> None:
    if isinstance(here, list):
        for each in here:
            _expand(account, each, parts, path)
        return
    if here is None or not parts:
        return
    name = parts[0]
    if not isinstance(here, dict) or name not in here:
        raise Refusal(f"This property cannot be expanded ({path}).", code="property_cannot_be_expanded", saved=False)
    if isinstance(here[name], str) and name in REFERENCES:
        here[name] = deepcopy(account.objects[here[name]])
    _expand(account, here[name], parts[1:], path)


def _broken(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def standing_in(base: Callable[[], float], *, live: bool = False, port: int = 0) -> AsyncIterator[StandIn]:
    """At a port of this machine, a free one if none is named, for as long as the block lasts."""
    standin = StandIn(base, live=live)
    app = web.Application()
    HostedPages(standin).install(app)
    ElementScript(standin).install(app)
    Desk(standin).install(app)
    app.router.add_route("*", "/v1/{path:.+}", standin.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    standin.account.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    standin.webhooks.listen()
    try:
        yield standin
    finally:
        standin.faults.release()
        with suppress(asyncio.CancelledError):
            await runner.cleanup()
