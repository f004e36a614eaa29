"""Texts in people's languages: gettext catalogues, and which of them a person gets.

Catalogues are `locale/<language>/LC_MESSAGES/novacast.po`; they are compiled in memory when first used. Within
`with languages.speaking(tag)` the functions `gettext` and `ngettext` translate, in that task alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
SOURCE = "en"
"""Language that texts in the code are written in."""

_current: ContextVar[NullTranslations] = ContextVar("translations", default=NullTranslations())  # noqa: B039 - stateless
_tag: ContextVar[str] = ContextVar("language", default=SOURCE)


def gettext(message: str) -> str:
    """`message` in the language that is being spoken."""
    return _current.get().gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    return _current.get().ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    return _current.get().pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    return _current.get().npgettext(context, singular, plural, n)


def language() -> str:
    """BCP 47 tag of the language that is being spoken."""
    return _tag.get()


class Languages:
    """The languages there are. `default` is taken where nothing else fits."""

    def __init__(self, default: str = SOURCE, folder: Path = FOLDER) -> None:
        found = {path.parent.parent.name.replace("_", "-"): path for path in folder.glob("*/LC_MESSAGES/novacast.po")}
        self._catalogues = found
        self.tags = tuple(sorted({SOURCE, *found}))
        self.default = self._closest(default) or SOURCE

    def negotiate(self, *wishes: str) -> str:
        """The best tag there is for wishes in falling order; each is a tag or an Accept-Language header."""
        for wish in wishes:
            for tag in _accepted(wish):
                if (found := self._closest(tag)) is not None:
                    return found
        return self.default

    @contextmanager
    def speaking(self, tag: str) -> Iterator[str]:
        """Translate into the language nearest to `tag`, which is what comes out."""
        before = _current.get(), _tag.get()
        found = self.speak(tag)
        try:
            yield found
        finally:
            _current.set(before[0])
            _tag.set(before[1])

    def speak(self, *wishes: str) -> str:
        """Translate into the best of `wishes` until this task ends: a request or a job is a task of its own."""
        found = self.negotiate(*wishes)
        path = self._catalogues.get(found)
        _current.set(_load(path) if path else NullTranslations())
        _tag.set(found)
        return found

    def _closest(self, tag: str) -> str | None:
        """Lookup of RFC 4647 section 3.4: a tag falls back to its beginnings."""
        known = {own.lower(): own for own in self.tags}
        parts = tag.strip().replace("_", "-").lower().split("-")
        while parts:
            if (found := known.get("-".join(parts))) is not None:
                return found
            parts.pop()
            if parts and len(parts[-1]) == 1:
                parts.pop()
        return None


def _accepted(header: str) -> list[str]:
    """Tags of an Accept-Language header (RFC 9110 section 12.5.4), best first; what can't be read is left out."""
    weighted: list[tuple[float, str]] = []
    for item in header[:1000].split(","):
        tag, _, weight = item.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if 0 < q <= 1 and tag.strip() not in ("", "*"):
            weighted.append((q, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


@lru_cache(maxsize=64)
def _load(path: Path) -> NullTranslations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=path.parent.parent.name))
    compiled.seek(0)
    return GNUTranslations(compiled)
