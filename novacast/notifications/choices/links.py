"""Links that turn one kind of mail off, for whoever has the mail: signed, stored nowhere, good for as long as the key.

A signature says whose mails of which kind, and nothing else: with it nobody reads or changes anything more.
"""

from urllib.parse import quote

from novacast.errors import Unauthenticated
from novacast.i18n import text
from novacast.notifications.kinds import RULES, Kind, Way
from novacast.records import dataclass
from novacast.security.keys import Signer

PATH = "/unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    kind: Kind
    reader: str


class UnsubscribeLinks:
    def __init__(self, key: bytes, root: str) -> None:
        """`root`: the public address of the server."""
        self._signer, self.root = Signer(key, "notifications.unsubscribe"), root

    def link(self, kind: Kind, reader: str) -> str:
        token = self._signer.sign(f"{kind.value}\n{reader}".encode())
        return f"{self.root}{PATH}?token={quote(token)}"

    def read(self, token: str) -> Subscription:
        """Raises Unauthenticated for what was not made here."""
        kind, _, reader = self._signer.verify(token).decode().partition("\n")
        if kind not in set(Kind) or not RULES[Kind(kind)].switchable(Way.MAIL):
            raise Unauthenticated(text("These mails can't be switched off."))
        return Subscription(Kind(kind), reader)
