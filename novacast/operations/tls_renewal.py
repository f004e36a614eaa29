"""Keeps the certificate of a running server fresh."""

import logging

from novacast.clock import HOUR, MINUTE, SECOND, Clock
from novacast.errors import AlreadyRunning, NovaCastError, RateLimited
from novacast.operations.tls import Https

log = logging.getLogger(__name__)

EVERY_SECONDS = 15 * 60.0
_AFTER_FAILURE = 6 * HOUR
"""Authorities ration failed validations (Let's Encrypt: five an hour); a month of these is 120 tries."""


class Renewal:
    """The web server reads `server.pem` again by itself when it has changed."""

    def __init__(self, tls: Https, clock: Clock) -> None:
        self._tls, self._clock = tls, clock
        self._not_before = 0

    async def sweep(self) -> bool:
        """Renew what is due; answers whether that was done. What fails is logged and tried again later."""
        if self._clock.now() < self._not_before or not self._tls.in_force():
            return False
        try:
            renewed = await self._tls.renew()
        except AlreadyRunning:
            return False
        except NovaCastError as error:
            wait = (
                max(_AFTER_FAILURE, int(error.retry_after * SECOND))
                if isinstance(error, RateLimited)
                else _AFTER_FAILURE
            )
            self._not_before = self._clock.now() + wait
            log.warning(
                "the certificate could not be renewed, next try in %d minutes: %s", wait // MINUTE, error.message
            )
            return False
        if renewed is not None:
            log.info("the certificate was renewed, for %s", ", ".join(renewed.names))
        return renewed is not None
