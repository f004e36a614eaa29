"""Proving over the API that whoever is logged in is there."""

from functools import partial

from novacast.accounts.passkeys.bodies import AssertionBody, CeremonyBody
from novacast.accounts.passkeys.entering import PasskeyEntry
from novacast.accounts.people.bodies import PasswordBody
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.sessions.routes import origin
from novacast.errors import Conflict, Forbidden, RateLimited
from novacast.web import Call, post

_proof = partial(post, tag="account", scope="admin", idempotent=False, errors=(Forbidden, Conflict, RateLimited))


class ProofRoutes:
    def __init__(self, proofs: Proofs, entry: PasskeyEntry) -> None:
        self._proofs, self._entry = proofs, entry

    @_proof("/api/v1/session/proof", status=204, summary="Prove by the password that it is me")
    async def by_password(self, call: Call, body: PasswordBody) -> None:
        """For the ten minutes after it, what says `proof_needed` is done."""
        await self._proofs.by_password(call.principal, body.password)

    @_proof("/api/v1/session/proof/passkey/begin", summary="Begin to prove by a passkey that it is me")
    async def begin(self, call: Call) -> CeremonyBody:
        return CeremonyBody.of(await self._entry.begin_proof(call.principal))

    @_proof("/api/v1/session/proof/passkey", status=204, summary="Prove by a passkey that it is me")
    async def by_passkey(self, call: Call, body: AssertionBody) -> None:
        await self._entry.prove(call.principal, body.ticket, body.credential.answer(), origin(call))
