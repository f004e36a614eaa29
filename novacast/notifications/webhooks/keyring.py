"""Secrets of endpoints at rest: sealed, each for its own row."""

from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.notifications.webhooks.signing import Scheme, Secret
from novacast.security.seal import Seal

PURPOSE = "webhooks"


class Keyring:
    def __init__(self, key: bytes) -> None:
        """`key`: of this installation."""
        self._seal = Seal(key, PURPOSE)

    def close(self, secret_id: str, secret: Secret) -> bytes:
        return self._seal.close(secret.text.encode(), secret_id)

    def open(self, secret_id: str, scheme: Scheme, sealed: bytes) -> Secret:
        """Raises Unavailable."""
        try:
            return Secret(scheme, self._seal.open(sealed, secret_id).decode())
        except Unavailable as error:
            raise Unavailable(
                text("The secret can't be opened: the server's keys were changed. Rotate the secret.")
            ) from error
