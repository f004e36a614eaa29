"""The two secrets that stand in addresses: a grant before it is opened, a session afterwards."""

from novacast import i18n
from novacast.errors import Gone, NotFound, Unauthenticated
from novacast.playback.models import Grant
from novacast.security.keys import Signer

LONGEST = 1024


class ViewingTokens:
    """A session's token is a signature over its id: it can be checked without a look at the database, made again
    when its grant is opened again, and stored nowhere."""

    def __init__(self, key: bytes) -> None:
        self._grants = Signer(key, "playback.grant")
        self._sessions = Signer(key, "playback.session")

    def sign(self, grant: Grant) -> str:
        return self._grants.sign(grant.encode())

    def grant(self, text: str) -> Grant:
        """Raises Unauthenticated. A grant that is over is a grant still: see `fresh`."""
        if len(text) > LONGEST:
            raise Unauthenticated(i18n.text("This address is too long to be one that was made here."))
        return Grant.decode(self._grants.verify(text))

    def token(self, session_id: str) -> str:
        return self._sessions.sign(session_id.encode())

    def session(self, token: str) -> str:
        """The id of the session whose token this is. Raises NotFound."""
        try:
            if len(token) > LONGEST:
                raise Unauthenticated(i18n.text("This address is too long to be one that was made here."))
            return self._sessions.verify(token).decode()
        except (Unauthenticated, UnicodeDecodeError) as error:
            raise NotFound(i18n.text("There is no such viewing session. Open the page again.")) from error


def fresh(grant: Grant, now: int) -> None:
    """Raises Gone once the grant is too old to open a session."""
    if now >= grant.until:
        raise Gone(i18n.text("This address is too old to begin with. Open the page again for a new one."))
