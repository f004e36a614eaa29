"""From a template and its context to a message: a text part, and an HTML part made of the same paragraphs.

A template `templates/<name>.txt` has the blocks `subject` and `text`. Paragraphs are divided by empty lines; one that
is nothing but an address becomes a button in HTML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path

import jinja2

from novacast import i18n
from novacast.clock import moment
from novacast.notifications.models import Enclosed, Mail

FOLDER = Path(__file__).parent / "templates"
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str

    @property
    def is_link(self) -> bool:
        return _LINK.fullmatch(self.text) is not None


class Letters:
    def __init__(self, languages: i18n.Languages, venue: str, sender: str) -> None:
        self._languages, self._venue = languages, venue
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
            subject, text = self._blocks(mail.template, mail.context)
            paragraphs = [Paragraph(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
            html = self._env.get_template("layout.html").render(
                subject=subject, paragraphs=paragraphs, venue=self._venue, language=language
            )
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
        message.set_content("\n\n".join(part.text for part in paragraphs) + f"\n\n-- \n{self._venue}\n")
        message.add_alternative(html, subtype="html")
        for name, kind, data in enclosed:
            main, _, sub = kind.partition("/")
            message.add_attachment(data, maintype=main, subtype=sub, filename=name)
        return message

    def _blocks(self, template: str, context: Mapping[str, str]) -> tuple[str, str]:
        found = self._env.get_template(f"{template}.txt")
        scope = found.new_context({"venue": self._venue, **context})
        subject = " ".join("".join(found.blocks["subject"](scope)).split())
        return subject, "".join(found.blocks["text"](scope))


def deliverable(address: str) -> str:
    """The address with its domain in ASCII (IDNA), so that servers without SMTPUTF8 take all but Unicode mailboxes."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
