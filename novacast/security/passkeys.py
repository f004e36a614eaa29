"""Passkeys (W3C Web Authentication, level 3): what a browser is asked, and whether its answer is good.

No attestation is asked for: which maker an authenticator has is nobody's business here, and what vouches for it would
be certificates of strangers to parse. The library is loaded where an answer comes, not when the server starts.
"""

import base64
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import idna

from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

SECONDS = 300
"""For which an authenticator may be waited for."""
LONGEST_CREDENTIAL = 1023
"""Bytes of a credential's id (6.1.1)."""
_PORTS = {"https": 443, "http": 80}
_REFUSED = text("This passkey's answer can't be accepted. Try again, or choose another way.")


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a passkey is for: it answers pages of this origin alone."""

    id: str
    name: str
    origin: str

    @classmethod
    def of(cls, public_url: str, name: str) -> "Party | None":
        """None where browsers have no passkeys: at a bare network address, or without https."""
        parts = urlsplit(public_url)
        try:
            host = (parts.hostname or "").rstrip(".").lower()
            ascii_host = host if host.isascii() else idna.encode(host).decode()
        except idna.IDNAError:
            return None
        local = ascii_host == "localhost" or ascii_host.endswith(".localhost")
        if not ascii_host or _is_address(ascii_host) or not (parts.scheme == "https" or local):
            return None
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        return cls(ascii_host, name, f"{parts.scheme}://{ascii_host}{port}")


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey that is there already."""

    credential: bytes
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    credential: bytes
    public_key: bytes
    """COSE key (RFC 9052, 7)."""
    sign_count: int
    synced: bool
    """Whether a copy of it is kept elsewhere, such as in its owner's cloud."""


@dataclass(frozen=True, slots=True)
class Used:
    sign_count: int
    verified: bool
    """Whether the authenticator made sure of its owner, by finger, face or PIN."""


def creation_options(
    party: Party, challenge: bytes, handle: bytes, email: str, name: str, known: Iterable[Known]
) -> Mapping[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON (5.4). `handle`: what the authenticator tells in place of a user name."""
    from webauthn import generate_registration_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    made = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json_dict(made)


def request_options(party: Party, challenge: bytes, known: Iterable[Known], *, verify: bool) -> Mapping[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON (5.5). Without `known` the authenticator offers what it has for us.
    `verify`: whether it must make sure of its owner."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    made = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=SECONDS * 1000,
        allow_credentials=_descriptors(known),
        user_verification=(UserVerificationRequirement.REQUIRED if verify else UserVerificationRequirement.PREFERRED),
    )
    return options_to_json_dict(made)


def registered(party: Party, challenge: bytes, answer: Mapping[str, Any]) -> Made:
    """The key of a RegistrationResponseJSON (7.1). Raises InvalidInput for `credential`."""
    import webauthn
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    try:
        _refuse_certificates(answer)
        found = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        # A key that can't check a signature would be found out at the first log-in only.
        decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
        if not 1 <= len(found.credential_id) <= LONGEST_CREDENTIAL:
            raise ValueError("an id of a credential that is too long")
    except _failures() as error:
        raise _refusal() from error
    return Made(found.credential_id, found.credential_public_key, found.sign_count, found.credential_backed_up)


def credential_of(answer: Mapping[str, Any]) -> bytes:
    """Which key an answer is of, before anything of it is believed. Raises InvalidInput."""
    told = answer.get("id")
    return _bytes(told) if isinstance(told, str) else b""


def asserted(party: Party, challenge: bytes, answer: Mapping[str, Any], public_key: bytes, *, verify: bool) -> Used:
    """What an AuthenticationResponseJSON proves (7.2), but for its counter, which the caller compares with the one of
    before in the transaction that keeps it. Raises InvalidInput for `credential`."""
    import webauthn

    try:
        found = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=verify,
        )
    except _failures() as error:
        raise _refusal() from error
    return Used(found.new_sign_count, found.user_verified)


def handle_of(answer: Mapping[str, Any]) -> bytes | None:
    """Whose key the authenticator says it is; None where it says nothing. Raises InvalidInput."""
    response = answer.get("response")
    told = response.get("userHandle") if isinstance(response, Mapping) else None
    return _bytes(told) if isinstance(told, str) and told else None


def _refuse_certificates(answer: Mapping[str, Any]) -> None:
    """We ask for no attestation; what comes all the same is nothing, or the key's own signature (6.5.3)."""
    from webauthn.helpers import base64url_to_bytes, parse_attestation_object
    from webauthn.helpers.structs import AttestationFormat

    told = parse_attestation_object(base64url_to_bytes(str(answer["response"]["attestationObject"])))
    if told.fmt not in (AttestationFormat.NONE, AttestationFormat.PACKED) or told.att_stmt.x5c:
        raise ValueError("an attestation that nobody asked for")


def _descriptors(known: Iterable[Known]) -> list[Any]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    ways = {one.value: one for one in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential, transports=[ways[way] for way in one.transports if way in ways]
        )
        for one in known
    ]


def _failures() -> tuple[type[Exception], ...]:
    """What the library and those beneath it raise for answers of any bytes at all."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    return (
        WebAuthnException,
        InvalidSignature,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        EOFError,
        RecursionError,
        OverflowError,
    )


def _bytes(told: str) -> bytes:
    """Of base64url without padding (RFC 4648, 5). Raises InvalidInput."""
    try:
        return base64.b64decode(told + "=" * (-len(told) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _refusal() from error


def _refusal() -> InvalidInput:
    return InvalidInput.field("credential", _REFUSED, "passkey_refused")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
