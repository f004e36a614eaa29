"""Export and erasure over the API."""

from novacast.accounts.people.bodies import PasswordBody
from novacast.accounts.privacy.bodies import ExportBody
from novacast.accounts.privacy.service import Privacy
from novacast.errors import Conflict, RateLimited
from novacast.web import Call, get, post


class PrivacyRoutes:
    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy

    @get("/api/v1/me/export", tag="account", scope="admin", summary="Everything that is held about me")
    async def export(self, call: Call) -> ExportBody:
        return ExportBody(await self._privacy.export(call.principal))

    @post(
        "/api/v1/me/erase",
        tag="account",
        scope="admin",
        # Afterwards there is nobody left whose repetition could be answered.
        idempotent=False,
        status=204,
        summary="End my account for good",
        errors=(Conflict, RateLimited),
    )
    async def erase(self, call: Call, body: PasswordBody) -> None:
        """Refused while I am the last owner of an organization."""
        await self._privacy.erase(call.principal, body.password)
        call.end_session()
