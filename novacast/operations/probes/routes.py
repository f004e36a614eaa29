"""Where other programs ask whether all is well."""

import hmac
import ipaddress
from collections.abc import Sequence

from aiohttp import web

from novacast.errors import BadSettings, Forbidden
from novacast.i18n import text
from novacast.metrics import CONTENT_TYPE, Metrics
from novacast.operations.probes.bodies import AliveBody, ReadyBody
from novacast.operations.probes.figures import Figures
from novacast.operations.probes.readiness import Readiness
from novacast.settings import Settings
from novacast.web import Call, get

_TEXT = {"responses": {"200": {"description": "Figures.", "content": {"text/plain": {"schema": {"type": "string"}}}}}}
_NOT_READY = {"responses": {"503": {"description": "It is not; the same shape."}}}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class MetricsRoutes:
    """Raises BadSettings for addresses that are none."""

    def __init__(self, metrics: Metrics, figures: Figures, settings: Settings) -> None:
        self._metrics, self._figures, self._token = metrics, figures, settings.metrics.token
        self._allowed = _networks(settings.metrics.allowed)
        figures.register(metrics)

    @get(
        "/metrics",
        tag="probes",
        public=True,
        keyed=True,
        summary="Figures for Prometheus",
        errors=(Forbidden,),
        operation=_TEXT,
    )
    async def metrics(self, call: Call) -> web.Response:
        """For those who have the token of the setting `metrics.token`, come from an address of `metrics.allowed`, or
        speak at the operator's socket."""
        if not (call.principal.system or self._knows(call.key) or self._comes_from(call.address)):
            raise Forbidden(text("Figures are shown to those whom the settings [metrics] name."))
        await self._figures.refresh()
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    def _knows(self, key: str) -> bool:
        return bool(self._token) and hmac.compare_digest(key.encode(), self._token.encode())

    def _comes_from(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._allowed)


class ProbeRoutes:
    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    @get("/healthz", tag="probes", public=True, summary="Whether the server lives")
    async def alive(self, call: Call) -> AliveBody:
        """Nothing is asked: who answers lives. A server that lives and is not ready must not be killed for that."""
        return AliveBody()

    @get(
        "/readyz",
        tag="probes",
        public=True,
        summary="Whether the server can do its work, part by part",
        operation=_NOT_READY,
    )
    async def ready(self, call: Call) -> ReadyBody | web.Response:
        found = ReadyBody.of(await self._readiness.parts())
        if found.status == "ready":
            return found
        return web.Response(status=503, text=found.model_dump_json(), content_type="application/json")


def _networks(addresses: Sequence[str]) -> list[Network]:
    try:
        return [ipaddress.ip_network(address, strict=False) for address in addresses]
    except ValueError as error:
        raise BadSettings(f"[metrics] allowed: {error}. Write addresses or networks (10.0.0.0/8).") from error
