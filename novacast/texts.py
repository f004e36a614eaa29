"""What texts that people wrote may be, wherever they are shown. Pure rules, no input or output."""

import re
import unicodedata
from dataclasses import field

from novacast import i18n
from novacast.errors import FieldError, InvalidInput
from novacast.records import dataclass

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 10_000
MOST_MARKS = 30
"""Combining marks upon one letter."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
"""BCP 47 (RFC 5646 2.1) without its rare forms."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (Unicode's category Cc), and the marks that turn the direction of text around."""


@dataclass(slots=True)
class Texts:
    """Checks texts people wrote and gathers what is wrong with them, so that all is told at once."""

    errors: list[FieldError] = field(default_factory=list)

    def title(self, text: str, missing: str | None = None, field: str = "title") -> str:
        """One line. `missing`: what is said where there is none."""
        text = " ".join(printable(text).split())
        if not text:
            self._wrong(field, "required", missing or i18n.text("Give the video a title."))
        elif len(text) > TITLE_LENGTH:
            self._wrong(
                field,
                "too_long",
                i18n.text(
                    "The title has {length} characters; {most} are the most.", length=len(text), most=TITLE_LENGTH
                ),
            )
        return text

    def description(self, text: str) -> str:
        text = printable(text.replace("\r\n", "\n"), keep="\n\t").strip()
        if len(text) > DESCRIPTION_LENGTH:
            message = i18n.text(
                "The description has {length} characters; {most} are the most.",
                length=len(text),
                most=DESCRIPTION_LENGTH,
            )
            self._wrong("description", "too_long", message)
        return text

    def language(self, text: str) -> str:
        text = text.strip()
        if text and not _LANGUAGE.match(text):
            self._wrong("language", "invalid", i18n.text("Write the language as a tag such as en, de or pt-BR."))
        return text

    def check(self) -> None:
        if self.errors:
            raise InvalidInput(i18n.joined([error.message for error in self.errors]), errors=self.errors)

    def _wrong(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message))


def composed(text: str) -> str:
    """NFC in a time that grows with the length alone: putting marks upon one letter in order takes the square of their
    number, so no letter keeps more than any script puts on it (Unicode Standard Annex 15, Stream-Safe Text Format).
    """
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def printable(text: str, keep: str = "") -> str:
    """Without control characters, surrogates and the marks that turn the direction of text around."""
    if text.isascii() and text.isprintable():
        return text
    text = composed(text.encode("utf-8", "replace").decode())
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else " ", text)
