"""Shapes of passkeys. What browsers and authenticators say to each other is in the words of Web Authentication."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from novacast.accounts.passkeys.models import Answer, Ceremony, Passkey
from novacast.accounts.people.bodies import Name
from novacast.clock import iso
from novacast.web import Body, ListBody

Base64Url = Annotated[str, Field(max_length=1500, pattern=r"^[A-Za-z0-9_-]*$")]
Long = Annotated[str, Field(max_length=24_000, pattern=r"^[A-Za-z0-9_-]*$")]
Ticket = Annotated[str, Field(min_length=1, max_length=600, description="From the first step.")]


class Told(Body):
    """Part of what a browser's `toJSON` gives; what else stands in it is not needed here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MadeBody(Told):
    client_data: Annotated[Long, Field(alias="clientDataJSON")]
    attestation: Annotated[Long, Field(alias="attestationObject")]
    transports: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=8)] = Field(default_factory=list)


class ProofBody(Told):
    client_data: Annotated[Long, Field(alias="clientDataJSON")]
    authenticator_data: Annotated[Long, Field(alias="authenticatorData")]
    signature: Long
    user_handle: Annotated[Base64Url | None, Field(alias="userHandle")] = None


class NewCredentialBody(Told):
    """A RegistrationResponseJSON."""

    id: Annotated[Base64Url, Field(min_length=1)]
    response: MadeBody

    def answer(self) -> Answer:
        return _answer(self)


class CredentialBody(Told):
    """An AuthenticationResponseJSON."""

    id: Annotated[Base64Url, Field(min_length=1)]
    response: ProofBody

    def answer(self) -> Answer:
        return _answer(self)


class CeremonyBody(Body):
    public_key: Annotated[
        dict[str, Any], Field(description="For `navigator.credentials`: create, or get, with it as `publicKey`.")
    ]
    ticket: Annotated[str, Field(description="Comes back with the answer, within five minutes and once.")]

    @classmethod
    def of(cls, ceremony: Ceremony) -> "CeremonyBody":
        return cls(public_key=dict(ceremony.options), ticket=ceremony.ticket)


class NewPasskeyBody(Body):
    ticket: Ticket
    credential: NewCredentialBody
    name: Annotated[str, Field(max_length=100, description="Empty: after the browser.")] = ""


class PasskeyNameBody(Body):
    name: Name


class AssertionBody(Body):
    ticket: Ticket
    credential: CredentialBody


class HalfDoneBody(Body):
    pending: Annotated[str, Field(min_length=1, max_length=500, description="From the first step of the log-in.")]


class SecondAssertionBody(AssertionBody):
    pending: Annotated[str, Field(min_length=1, max_length=500, description="From the first step of the log-in.")]


class PasskeyBody(Body):
    id: str
    name: str
    synced: Annotated[bool, Field(description="Its owner's cloud or password manager keeps copies.")]
    suspected: Annotated[bool, Field(description="It may have been copied by somebody else, and opens nothing.")]
    created_at: str
    used_at: str | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyBody":
        return cls(
            id=passkey.id,
            name=passkey.name,
            synced=passkey.synced,
            suspected=passkey.suspected_at is not None,
            created_at=iso(passkey.created_at),
            used_at=iso(passkey.used_at),
        )


class PasskeysBody(ListBody[PasskeyBody]):
    pass


def _answer(body: NewCredentialBody | CredentialBody) -> Answer:
    told = body.model_dump(by_alias=True, exclude_none=True)
    return {**told, "rawId": told["id"], "type": "public-key"}
