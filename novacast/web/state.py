"""What the middlewares found out about a request, for those behind them."""

from collections.abc import Mapping
from dataclasses import field

from aiohttp import web

from novacast.identity import ANONYMOUS, Principal, new_id
from novacast.records import dataclass
from novacast.web.authentication import Credentials
from novacast.web.idempotency import Ticket
from novacast.web.protection import Client
from novacast.web.routing import Route


@dataclass(slots=True)
class State:
    client: Client
    route: Route | None
    """None for a path that leads nowhere, and for static files."""
    request_id: str = field(default_factory=new_id)
    credentials: Credentials | None = None
    principal: Principal = ANONYMOUS
    language: str = ""
    """BCP 47; empty until it is settled."""
    ticket: Ticket = field(default_factory=Ticket)
    csp: Mapping[str, str] = field(default_factory=dict)
    """Directives of the content security policy that this answer alone replaces."""
    permissions: Mapping[str, str] = field(default_factory=dict)
    """Of the permissions policy, likewise."""


STATE = web.RequestKey("novacast_state", State)
