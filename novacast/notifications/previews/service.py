"""Previews, for those who run the server."""

from collections.abc import Sequence
from email.message import EmailMessage

from novacast.errors import NotFound
from novacast.i18n import Languages, text
from novacast.identity import Principal, operates
from novacast.notifications.kinds import KINDS, RULES, Kind, Way
from novacast.notifications.letters import Letters
from novacast.notifications.models import Mail, State
from novacast.notifications.previews.samples import ADDRESS, AT, sample
from novacast.records import dataclass

LISTED = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Auto-Submitted")


@dataclass(frozen=True, slots=True)
class Known:
    name: str
    kind: Kind

    @property
    def switchable(self) -> bool:
        return RULES[self.kind].switchable(Way.MAIL)


@dataclass(frozen=True, slots=True)
class Preview:
    known: Known
    language: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    """Those by which mail programs know what it is."""


class Previews:
    def __init__(self, letters: Letters, languages: Languages, root: str) -> None:
        self._letters, self._languages, self._root = letters, languages, root

    @property
    def languages(self) -> Sequence[str]:
        return self._languages.tags

    def all(self) -> Sequence[Known]:
        return [Known(name, KINDS[name]) for name in sorted(self._letters.names)]

    def listed(self, principal: Principal) -> Sequence[Known]:
        """Raises Forbidden."""
        operates(principal)
        return self.all()

    def shown(self, principal: Principal, name: str, language: str) -> Preview:
        """Raises Forbidden, NotFound."""
        operates(principal)
        return self.show(name, language)

    def show(self, name: str, language: str) -> Preview:
        """In the nearest language there is. Raises NotFound."""
        if name not in self._letters.names:
            raise NotFound(text("There is no mail called {name}.", name=name[:100]))
        with self._languages.speaking(language) as spoken:
            context = sample(name, self._root)
        person = "example" if RULES[KINDS[name]].switchable(Way.MAIL) else None
        mail = Mail("example", ADDRESS, person, name, spoken, context, State.QUEUED, 0, AT, "")
        message = self._letters.write(mail)
        headers = tuple((header, str(message[header])) for header in LISTED if message[header])
        return Preview(
            Known(name, KINDS[name]), spoken, str(message["Subject"]), _part(message, "plain"), _part(message, "html"),
            headers,
        )  # fmt: skip


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None, "every mail has both"
    return str(found.get_content())
