"""Signatures of Stripe's webhooks (docs.stripe.com/webhooks#verify-manually). Pure.

Not by the SDK, which looks at the machine's clock by itself.
"""

import hashlib
import hmac
from collections.abc import Sequence

from novacast.clock import SECOND
from novacast.errors import Malformed
from novacast.i18n import text

TOLERANCE = 300
"""Seconds that a signature may be old, or new."""
MOST_MARKS = 20


def check(payload: bytes, header: str, secrets: Sequence[str], now: int) -> None:
    """Whether one of the secrets signed these bytes, now. While a secret is changed there are several, on both sides.
    Raises Malformed."""
    pairs = [one.strip().partition("=") for one in header.split(",")[: MOST_MARKS + 1]]
    times = [value for name, _, value in pairs if name == "t"]
    marks = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal()) or len(times[0]) > 12:
        raise Malformed(text("This is not signed by Stripe."))
    signed = times[0].encode() + b"." + payload
    good = False
    for secret in secrets:
        wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        for mark in marks:
            good |= hmac.compare_digest(wanted, mark.encode("utf-8", "replace"))
    if not good:
        raise Malformed(text("This is not signed by Stripe."))
    if abs(now // SECOND - int(times[0])) > TOLERANCE:
        raise Malformed(text("This was signed at another time. Set this server's clock."))
