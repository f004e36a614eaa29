"""From a template and its context to a message: a text part, and an HTML part made of the same paragraphs.

A template `templates/<name>.txt` has the blocks `subject` and `text`. Paragraphs are divided by empty lines; one that
is nothing but an address becomes a button in HTML.
"""

import re
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import jinja2

from novacast import i18n
from novacast.clock import moment
from novacast.i18n import text, translated
from novacast.notifications.choices.links import UnsubscribeLinks
from novacast.notifications.kinds import KINDS, RULES, Kind, Way, reader_of
from novacast.notifications.models import Enclosed, Mail
from novacast.records import dataclass

FOLDER = Path(__file__).parent / "templates"
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str

    @property
    def is_link(self) -> bool:
        return _LINK.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class Foot:
    """Why somebody gets a mail, and where they end that. All of it is empty where nothing ends it."""

    why: str
    stop: str
    settings: str


class Letters:
    def __init__(
        self, languages: i18n.Languages, venue: str, sender: str, links: UnsubscribeLinks | None = None
    ) -> None:
        """`links`: without them no mail can be switched off by itself."""
        self._languages, self._venue, self._links = languages, venue, links
        self._name, self._sender = parseaddr(sender)
        self._env = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            extensions=["jinja2.ext.i18n"],
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with jinja2.ext.i18n
            i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
        )
        self.names = frozenset(path.stem for path in FOLDER.glob("*.txt"))

    def write(self, mail: Mail, enclosed: Sequence[Enclosed] = ()) -> EmailMessage:
        """The message; its id stays the same however often it is written, so that a mailbox can drop a second copy."""
        with self._languages.speaking(mail.language) as language:
            subject, words = self._blocks(mail.template, mail.context)
            paragraphs = [Paragraph(part.strip()) for part in re.split(r"\n\s*\n", words) if part.strip()]
            foot = self._foot(mail)
            html = self._env.get_template("layout.html").render(
                subject=subject, paragraphs=paragraphs, venue=self._venue, language=language, foot=foot
            )
            below = self._env.get_template("parts/foot.txt").render(venue=self._venue, foot=foot)
        to = deliverable(mail.to)
        message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
        message["Subject"] = subject
        user, _, domain = self._sender.rpartition("@")
        message["From"] = Address(self._name or self._venue, user, domain)
        local, _, host = to.rpartition("@")
        message["To"] = Address("", local, host)
        message["Date"] = format_datetime(moment(mail.created_at))
        message["Message-ID"] = f"<{mail.id}@{domain or 'localhost'}>"
        # No out-of-office answers (RFC 3834, 5).
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = language
        if foot.stop:
            _list_headers(message, KINDS[mail.template], foot)
        message.set_content("\n\n".join(part.text for part in paragraphs) + f"\n\n-- \n{below.strip()}\n")
        message.add_alternative(html, subtype="html")
        for name, kind, data in enclosed:
            main, _, sub = kind.partition("/")
            message.add_attachment(data, maintype=main, subtype=sub, filename=name)
        return message

    def _foot(self, mail: Mail) -> Foot:
        kind = KINDS[mail.template]
        rule = RULES[kind]
        if self._links is None or not rule.switchable(Way.MAIL):
            return Foot("", "", "")
        stop = self._links.link(kind, reader_of(mail.person_id, mail.to))
        why = text("You get mails of the kind “{kind}” from {venue}.", kind=rule.name, venue=self._venue)
        return Foot(translated(why), stop, f"{self._links.root}/account/notifications" if mail.person_id else "")

    def _blocks(self, template: str, context: Mapping[str, str]) -> tuple[str, str]:
        found = self._env.get_template(f"{template}.txt")
        scope = found.new_context({"venue": self._venue, **context})
        subject = " ".join("".join(found.blocks["subject"](scope)).split())
        return subject, "".join(found.blocks["text"](scope))


class WholeLine(str):
    """A header that is folded nowhere. The library would write an address that is longer than a line as encoded words,
    and mail programs look for one as it stands."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, value: str) -> "WholeLine":
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: Policy) -> str:
        """As headers of the library do it. At most 998 signs (RFC 5322, 2.1.1)."""
        return f"{self.name}: {self}{policy.linesep}"


def _list_headers(message: EmailMessage, kind: Kind, foot: Foot) -> None:
    """RFC 2369, 2919 and 8058. What one click does needs https: over anything else the address alone is said."""
    message["List-Id"] = f"<{kind.value.replace('_', '-')}.{urlsplit(foot.stop).hostname or 'localhost'}>"
    message["List-Unsubscribe"] = WholeLine("List-Unsubscribe", f"<{foot.stop}>")
    if foot.stop.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Precedence"] = "bulk"


def deliverable(address: str) -> str:
    """The address with its domain in ASCII (IDNA), so that servers without SMTPUTF8 take all but Unicode mailboxes."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
