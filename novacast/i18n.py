"""Texts in people's languages: gettext catalogues, and which of them a person gets.

Catalogues are `locale/<language>/LC_MESSAGES/novacast.po`; they are compiled in memory when first used. Within
`with languages.speaking(tag)` the functions `gettext` and `ngettext` translate, in that task alone.

Where it is not known yet who is going to read, as with an error, `text` and `ntext` give a `Text`: English as it
stands, for logs and shells, and `translated` when it is shown to somebody.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

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


class Text(str):
    """What it says in English, with the template and the values that it was made of.

    `{names}` of the template stand for values, with Python's format specifications. A value may be a Text itself.
    """

    __slots__ = ("number", "plural", "template", "values")
    template: str
    values: Mapping[str, object]
    plural: str | None
    number: int

    def __new__(
        cls, template: str, values: Mapping[str, object] | None = None, plural: str | None = None, number: int = 0
    ) -> "Text":
        values = values or {}
        chosen = template if plural is None or number == 1 else plural
        made = super().__new__(cls, _ENGLISH.vformat(chosen, (), values) if values else chosen)
        made.template, made.values, made.plural, made.number = template, values, plural, number
        return made

    def translated(self) -> str:
        """In the language that is being spoken."""
        plural = self.plural
        chosen = gettext(self.template) if plural is None else ngettext(self.template, plural, self.number)
        return _SPOKEN.vformat(chosen, (), self.values) if self.values else chosen


def text(template: str, /, **values: object) -> Text:
    """`text("There is no video {video}.", video=id)`; the template must be literal, for the catalogues."""
    return Text(template, values)


def ntext(singular: str, plural: str, n: int, /, **values: object) -> Text:
    """`{n}` stands for the number in both templates."""
    return Text(singular, {"n": n, **values}, plural, n)


def joined(texts: Sequence[str]) -> Text:
    """One after the other, each translated for itself."""
    values = {f"text{number}": one for number, one in enumerate(texts)}
    return Text(" ".join(f"{{{name}}}" for name in values), values)


def translated(message: str) -> str:
    """A Text in the language that is being spoken; any other text as it is."""
    return message.translated() if isinstance(message, Text) else message


def packed(message: str) -> str:
    """For a column of the database: what a Text was made of, as JSON; any other text as it is."""
    return json.dumps(_parts(message), ensure_ascii=False, default=str) if isinstance(message, Text) else message


def unpacked(kept: str) -> str:
    """What was `packed`; a text that is English alone comes back as it is."""
    return _whole(json.loads(kept)) if kept.startswith(_PACKED) else kept


_PACKED = '{"text": '


def _parts(message: Text) -> dict[str, Any]:
    values = {name: _parts(one) if isinstance(one, Text) else one for name, one in message.values.items()}
    plural = {} if message.plural is None else {"plural": message.plural, "number": message.number}
    return {"text": message.template, "values": values, **plural}


def _whole(parts: dict[str, Any]) -> Text:
    values = {name: _whole(one) if isinstance(one, dict) else one for name, one in parts["values"].items()}
    return Text(parts["text"], values, parts.get("plural"), parts.get("number", 0))


class _Spoken(Formatter):
    """Values for whoever reads: texts translated, fractions with their language's decimal sign."""

    def format_field(self, value: object, spec: str) -> str:
        if isinstance(value, Text):
            value = value.translated()
        shown = format(value, spec)
        return shown.replace(".", _decimal_sign(language())) if isinstance(value, float) else shown


_ENGLISH, _SPOKEN = Formatter(), _Spoken()


class Languages:
    """The languages there are. `default` is taken where nothing else fits."""

    def __init__(self, default: str = SOURCE, folder: Path = FOLDER) -> None:
        found = {path.parent.parent.name.replace("_", "-"): path for path in folder.glob("*/LC_MESSAGES/novacast.po")}
        self._catalogues = found
        self.tags = tuple(sorted({SOURCE, *found}))
        self._known = {own.lower(): own for own in self.tags}
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
        parts = tag.strip().replace("_", "-").lower().split("-")
        while parts:
            if (found := self._known.get("-".join(parts))) is not None:
                return found
            parts.pop()
            if parts and len(parts[-1]) == 1:
                parts.pop()
        return None


@lru_cache(maxsize=512)
def _accepted(header: str) -> Sequence[str]:
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


# Babel is imported where it is needed: processes that only make texts, such as the probe's, start without it.


@lru_cache(maxsize=64)
def _decimal_sign(tag: str) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    try:
        return get_decimal_symbol(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return "."


@lru_cache(maxsize=64)
def _load(path: Path) -> NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=path.parent.parent.name))
    compiled.seek(0)
    return GNUTranslations(compiled)
