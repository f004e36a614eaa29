"""The second factor over the API, and its QR code."""

import io

import segno
from aiohttp import web

from novacast.accounts.people.bodies import PasswordBody
from novacast.accounts.second_factor.bodies import FirstCodeBody, RecoveryCodesBody, SetUpBody, StatusBody
from novacast.accounts.second_factor.service import SecondFactor
from novacast.errors import Conflict, RateLimited
from novacast.web import Call, get, post

_REFUSALS = (Conflict, RateLimited)


class SecondFactorRoutes:
    def __init__(self, second_factor: SecondFactor) -> None:
        self._second_factor = second_factor

    @get("/api/v1/me/second-factor", tag="account", scope="admin", summary="Whether one-time codes are on")
    async def status(self, call: Call) -> StatusBody:
        return StatusBody.of(await self._second_factor.status(call.principal))

    @post(
        "/api/v1/me/second-factor",
        tag="account",
        scope="admin",
        idempotent=False,
        summary="Begin to set up one-time codes",
        errors=_REFUSALS,
    )
    async def begin(self, call: Call, body: PasswordBody) -> SetUpBody:
        """They are on once a code of the new secret has come back."""
        return SetUpBody.of(await self._second_factor.begin(call.principal, body.password))

    @post(
        "/api/v1/me/second-factor/confirm",
        tag="account",
        scope="admin",
        idempotent=False,
        summary="Switch one-time codes on",
        errors=_REFUSALS,
    )
    async def finish(self, call: Call, body: FirstCodeBody) -> RecoveryCodesBody:
        return RecoveryCodesBody(recovery_codes=await self._second_factor.finish(call.principal, body.code))

    @post(
        "/api/v1/me/second-factor/off",
        tag="account",
        scope="admin",
        idempotent=False,
        status=204,
        summary="Switch one-time codes off",
        errors=_REFUSALS,
    )
    async def switch_off(self, call: Call, body: PasswordBody) -> None:
        await self._second_factor.switch_off(call.principal, body.password)

    @post(
        "/api/v1/me/second-factor/recovery-codes",
        tag="account",
        scope="admin",
        idempotent=False,
        summary="Replace the recovery codes",
        errors=_REFUSALS,
    )
    async def new_codes(self, call: Call, body: PasswordBody) -> RecoveryCodesBody:
        return RecoveryCodesBody(recovery_codes=await self._second_factor.new_codes(call.principal, body.password))

    @get(
        "/api/v1/me/second-factor/qr.svg",
        tag="account",
        scope="admin",
        summary="QR code of a set-up that waits",
        errors=(Conflict,),
        operation={"responses": {"200": {"description": "The code", "content": {"image/svg+xml": {}}}}},
    )
    async def qr(self, call: Call) -> web.Response:
        drawing = io.BytesIO()
        set_up = await self._second_factor.waiting(call.principal)
        segno.make(set_up.uri, error="m").save(drawing, kind="svg", scale=6, light="#fff", xmldecl=False)
        return web.Response(
            body=drawing.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"}
        )
