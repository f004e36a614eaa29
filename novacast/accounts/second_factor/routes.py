"""The second factor over the API, and its QR code."""

import io
from functools import partial

import segno
from aiohttp import web

from novacast.accounts.people.bodies import PasswordBody
from novacast.accounts.second_factor.bodies import FirstCodeBody, RecoveryCodesBody, SetUpBody, StatusBody
from novacast.accounts.second_factor.service import SecondFactor
from novacast.errors import Conflict, RateLimited
from novacast.web import Call, get, post

_change = partial(post, tag="account", scope="admin", idempotent=False, errors=(Conflict, RateLimited))


class SecondFactorRoutes:
    def __init__(self, second_factor: SecondFactor) -> None:
        self._second_factor = second_factor

    @get("/api/v1/me/second-factor", tag="account", scope="admin", summary="Whether one-time codes are on")
    async def status(self, call: Call) -> StatusBody:
        return StatusBody.of(await self._second_factor.status(call.principal))

    @_change("/api/v1/me/second-factor", summary="Begin to set up one-time codes")
    async def begin(self, call: Call, body: PasswordBody) -> SetUpBody:
        """They are on once a code of the new secret has come back."""
        return SetUpBody.of(await self._second_factor.begin(call.principal, body.password))

    @_change("/api/v1/me/second-factor/confirm", summary="Switch one-time codes on")
    async def finish(self, call: Call, body: FirstCodeBody) -> RecoveryCodesBody:
        return RecoveryCodesBody(recovery_codes=await self._second_factor.finish(call.principal, body.code))

    @_change("/api/v1/me/second-factor/off", status=204, summary="Switch one-time codes off")
    async def switch_off(self, call: Call, body: PasswordBody) -> None:
        await self._second_factor.switch_off(call.principal, body.password)

    @_change("/api/v1/me/second-factor/recovery-codes", summary="Replace the recovery codes")
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
