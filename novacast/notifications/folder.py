"""Reading back what the folder method wrote: the demo shows people the mails they would have got."""

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from novacast import i18n
from novacast.errors import NotFound
from novacast.records import dataclass

NEWEST = 50
_NAME = re.compile(r"\d{20}-[a-z0-9]{20}\.eml")
_BREAK = re.compile(r"(?:\r?\n){2,}")
_LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class ShownMail:
    file: str
    to: str
    subject: str
    date: str
    paragraphs: tuple[tuple[Piece, ...], ...]


class MailFolder:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def newest(self) -> list[ShownMail]:
        return await asyncio.to_thread(self._newest)

    async def show(self, file: str) -> ShownMail:
        """Raises NotFound."""
        if not _NAME.fullmatch(file):
            raise NotFound(i18n.text("There is no such mail."))
        return await asyncio.to_thread(self._read, file)

    def _newest(self) -> list[ShownMail]:
        files = sorted((path.name for path in self._path.glob("*.eml") if _NAME.fullmatch(path.name)), reverse=True)
        shown: list[ShownMail] = []
        for file in files[:NEWEST]:
            try:
                shown.append(self._read(file))
            except NotFound:
                continue  # erased since the listing
        return shown

    def _read(self, file: str) -> ShownMail:
        try:
            message = message_from_bytes((self._path / file).read_bytes(), _class=EmailMessage, policy=default)
        except FileNotFoundError as error:
            raise NotFound(i18n.text("There is no such mail.")) from error
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        paragraphs = tuple(_pieces(part) for part in _BREAK.split(text) if part.strip())
        return ShownMail(file, str(message["To"]), str(message["Subject"]), str(message["Date"]), paragraphs)


def _pieces(text: str) -> tuple[Piece, ...]:
    return tuple(Piece(part, bool(_LINK.fullmatch(part))) for part in _LINK.split(text.strip()) if part)
