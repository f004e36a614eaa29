"""In which font each stretch of a text is set, so that what joins or stacks stays together. Pure."""

import unicodedata
from collections.abc import Container, Iterator, Mapping

BLOCKS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "devanagari": ((0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)),
    "bengali": ((0x0980, 0x09FF),),
    "gurmukhi": ((0x0A00, 0x0A7F),),
    "gujarati": ((0x0A80, 0x0AFF),),
    "oriya": ((0x0B00, 0x0B7F),),
    "tamil": ((0x0B80, 0x0BFF),),
    "telugu": ((0x0C00, 0x0C7F),),
    "kannada": ((0x0C80, 0x0CFF),),
    "malayalam": ((0x0D00, 0x0D7F),),
    "sinhala": ((0x0D80, 0x0DFF),),
    "thai": ((0x0E00, 0x0E7F),),
    "myanmar": ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    "khmer": ((0x1780, 0x17FF), (0x19E0, 0x19FF)),
    "emoji": ((0xFE0F, 0xFE0F), (0x1F1E6, 0x1F1FF), (0x1F300, 0x1FAFF)),
}
"""Scripts that have a font of their own: the blocks of Unicode that they are in."""
TEXT, DRAWN, EMOJI = "text", "drawn", "emoji"
UNKNOWN = "\ufffd"
_AS_EMOJI, _AS_TEXT = "\ufe0f", "\ufe0e"
_PICTURES = 0x1F000
"""From here on signs are pictures, unless they are asked for as text."""
_SIMPLE = 0x0300
"""Below this every sign is a letter of its own."""
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LETTERS = _RIGHT_TO_LEFT | {"L"}
_JOINING = frozenset({"Mn", "Mc", "Me", "Cf"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def is_plain(words: str) -> bool:
    """Whether each sign is set for itself, one beside the other."""
    return all(ord(sign) < _SIMPLE for sign in words)


def reads_right_to_left(words: str) -> bool:
    """As the first letter says that is of either way (Unicode Standard Annex #9, rules P2 and P3)."""
    ways = (unicodedata.bidirectional(sign) for sign in words)
    return next((way for way in ways if way in _LETTERS), "L") != "L"


def scripts_of(words: str) -> list[str]:
    """Those that have a font of their own."""
    codes = {ord(sign) for sign in words if ord(sign) >= _SIMPLE}
    return [name for name, blocks in BLOCKS.items() if any(a <= code <= z for a, z in blocks for code in codes)]


def runs(words: str, fonts: Mapping[str, Container[int]]) -> Iterator[tuple[str, str]]:
    """Stretches of one font and one way of joining, each with its font's name. `fonts`: the signs that each has; in
    the order in which they are asked, `TEXT` first."""
    run, kind, name = "", "", TEXT
    for at, sign in enumerate(words):
        font, shown = _font_of(words, at, name if run else None, fonts)
        how = _way(sign) or kind
        if run and shown and (font != name or (kind and how != kind)):
            yield name, run
            run, kind = "", ""
            how = _way(sign)
        if shown:
            run, kind, name = run + shown, how, font
    if run:
        yield name, run


def _font_of(words: str, at: int, before: str | None, fonts: Mapping[str, Container[int]]) -> tuple[str, str]:
    """The font of one sign, and what is shown of it. `before`: the font of the sign before it."""
    sign, code = words[at], ord(words[at])
    follows = words[at + 1 : at + 2]
    if before is not None and _joins(sign):
        if code in fonts[before]:
            return before, sign
        if unicodedata.category(sign) == "Cf" or sign in (_AS_EMOJI, _AS_TEXT):
            return before, ""
    if code in fonts.get(EMOJI, ()) and (follows == _AS_EMOJI or (code >= _PICTURES and follows != _AS_TEXT)):
        return EMOJI, sign
    for name, signs in fonts.items():
        if code in signs:
            return name, sign
    return TEXT, "" if unicodedata.category(sign) in _UNSEEN else UNKNOWN


def _joins(sign: str) -> bool:
    """Whether it is a part of the sign before it."""
    modifier = "\U0001f3fb" <= sign <= "\U0001f3ff"
    return modifier or unicodedata.category(sign) in _JOINING


def _way(sign: str) -> str:
    """Scripts that are read from right to left join in ways of their own; all others are told apart by their fonts."""
    way = unicodedata.bidirectional(sign)
    return way if way in _RIGHT_TO_LEFT else ""
