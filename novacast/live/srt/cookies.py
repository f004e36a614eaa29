"""A caller is remembered only once it has shown that it gets what is sent to its address."""

import hmac
import secrets
from collections.abc import Hashable

from novacast.clock import Clock

MINUTE = 60.0


class Cookies:
    """32 bits over a caller's address and the minute (4.3.1.1). One of the minute before is good as well."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._secret = clock, secrets.token_bytes(32)

    def bake(self, address: Hashable) -> int:
        return self._of(address, self._minute())

    def good(self, address: Hashable, cookie: int) -> bool:
        minute, shown = self._minute(), cookie.to_bytes(4, "big")
        fresh = [self._of(address, one).to_bytes(4, "big") for one in (minute, minute - 1)]
        return sum(hmac.compare_digest(shown, one) for one in fresh) > 0

    def _minute(self) -> int:
        return int(self._clock.monotonic() // MINUTE)

    def _of(self, address: Hashable, minute: int) -> int:
        mac = hmac.digest(self._secret, f"{address} {minute}".encode(), "sha256")
        return int.from_bytes(mac[:4], "big")
