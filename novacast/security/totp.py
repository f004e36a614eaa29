"""One-time codes (TOTP, RFC 6238: SHA-1, 6 digits, 30 s, what every authenticator app speaks) and recovery codes."""

import base64
import hmac
import secrets
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from novacast.clock import SECOND

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1
"""Steps that a phone's clock may be off, either way (RFC 6238, 5.2)."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, at: int) -> str:
    """The code that an app shows at the instant `at`."""
    return _code(secret, at // SECOND // STEP_SECONDS)


def matching_counter(secret: bytes, code: str, now: int) -> int | None:
    """The time step whose code `code` is, within the drift; None if there is none. Works through all steps always.

    Whoever accepts it must keep the counter and refuse it and all before from then on (RFC 6238, 5.2).
    """
    given = "".join(code.split()).encode(errors="replace")
    current = now // SECOND // STEP_SECONDS
    found: int | None = None
    for counter in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(_code(secret, counter).encode(), given):
            found = counter
    return found


def base32(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, account: str, issuer: str) -> str:
    """The otpauth address that a QR code carries (Google Authenticator's key URI format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    return f"otpauth://totp/{label}?secret={base32(secret)}&issuer={quote(issuer, safe='')}"


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits each: `abcd-efgh-ijkl-mnop`."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def recovery_code(text: str) -> str:
    """A recovery code as it was given out, however it was typed."""
    letters = "".join(character for character in text.lower() if character.isascii() and character.isalnum())
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _grouped(data: bytes) -> str:
    return recovery_code(base64.b32encode(data).decode())


def _code(secret: bytes, counter: int) -> str:
    # SHA-1 is what authenticator apps speak; in HMAC its collisions don't matter (RFC 6238, B).
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS).generate(counter * STEP_SECONDS).decode()  # noqa: S303 - see above
