"""The API of tickets."""

from aiohttp import web

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.tickets.admission.bodies import (
    EntitlementBody,
    PublicKeyBody,
    PublicKeysBody,
    RenameBody,
    TicketBody,
    TicketsBody,
)
from novacast.tickets.admission.keys import Keyring
from novacast.tickets.admission.service import Admission
from novacast.tickets.orders.routes import ORDER
from novacast.tickets.orders.service import Orders
from novacast.tickets.papers.qr import svg
from novacast.tickets.papers.service import Papers
from novacast.tickets.passes.service import Passes
from novacast.web import Call, get, post

KEYS = "/api/v1/organizations/{org_id}/ticket-keys"
_WORK = (NotFound, Forbidden)
_PICTURE = {"responses": {"200": {"description": "A QR code.", "content": {"image/svg+xml": {"schema": {}}}}}}


class TicketRoutes:
    def __init__(self, admission: Admission, orders: Orders, keyring: Keyring, passes: Passes, papers: Papers) -> None:
        self._admission, self._orders, self._keyring = admission, orders, keyring
        self._passes, self._papers = passes, papers

    @get(f"{ORDER}/tickets", tag="tickets", public=True, summary="Tickets of an order", errors=(NotFound,))
    async def of_order(self, call: Call, token: str) -> TicketsBody:
        """Those that somebody else has by now are there without their code."""
        tickets = await self._admission.of_order(self._orders.id_of(token))
        codes = await self._papers.codes(token)
        return TicketsBody.of(tickets, lambda one: TicketBody.shown(one, codes))

    @get(
        f"{ORDER}/tickets/{{ticket_id}}/code",
        tag="tickets",
        public=True,
        summary="A ticket's QR code",
        errors=(NotFound,),
        operation=_PICTURE,
    )
    async def code(self, call: Call, token: str, ticket_id: str) -> web.Response:
        codes = await self._papers.codes(token, ticket_id)
        if ticket_id not in codes:
            raise NotFound(text("There is no such ticket."))
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=svg(codes[ticket_id]), content_type="image/svg+xml", headers=headers)

    @get("/api/v1/me/entitlements/{programme_id}", tag="tickets", summary="Whether a ticket of mine opens a programme")
    async def entitled(self, call: Call, programme_id: str) -> EntitlementBody:
        """Or the recording of one. Others see it by its visibility."""
        return EntitlementBody(entitled=bool(await self._passes.opens(call.principal, programme_id)))

    @post(
        "/api/v1/organizations/{org_id}/tickets/{ticket_id}/reissue",
        tag="tickets",
        status=201,
        summary="Another ticket in place of one",
        errors=(*_WORK, InvalidInput, Conflict),
    )
    async def reissue(self, call: Call, org_id: str, ticket_id: str, body: RenameBody) -> TicketBody:
        """With the next serial and in this name; the old one is worth nothing any more."""
        then = call.remember(TicketBody.of)
        return TicketBody.of(await self._admission.reissue(call.principal, org_id, ticket_id, body.name, then))

    @get(KEYS, tag="tickets", public=True, summary="Public keys that tickets are signed with")
    async def keys(self, call: Call, org_id: str) -> PublicKeysBody:
        publics = await self._keyring.publics(org_id)
        return PublicKeysBody(items=[PublicKeyBody(id=id_, public=key.hex()) for id_, key in publics.items()])

    @post(KEYS, tag="tickets", scope="admin", status=201, summary="Sign with another key from now on", errors=_WORK)
    async def replace(self, call: Call, org_id: str) -> PublicKeyBody:
        """What the old key signed is good no more: every ticket has to be shown anew."""

        def shown(made: tuple[int, bytes]) -> PublicKeyBody:
            return PublicKeyBody(id=made[0], public=made[1].hex())

        return shown(await self._keyring.replace(call.principal, org_id, call.remember(shown)))
