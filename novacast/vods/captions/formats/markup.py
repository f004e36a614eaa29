"""The text of a cue: what of WebVTT's markup is let through, and what other formats' markup becomes.

Whatever comes out is well-formed WebVTT cue text: known tags, closed in order, everything else escaped. It can't end a
cue (no blank lines, no arrow) and holds nothing that a page could take for its own.
"""

import html
import re

from novacast.vods.captions.models import printable

TAGS = frozenset({"b", "i", "u", "c", "v", "lang", "ruby", "rt"})
ANNOTATED = frozenset({"v", "lang"})
"""Tags with words in them: who speaks, which language."""

DEEPEST = 16
"""Tags within each other. Deeper ones are left out, as what closes one is looked for among all that are open."""

_PIECE = re.compile(
    r"<(/?)([A-Za-z]++)((?:\.[\w-]{1,40}+){0,8}+)(?:[ \t]++([^<>\n]{0,200}+))?+/?>"
    r"|<[\d:.,]{1,20}>|</?[A-Za-z!?][^<>]{0,300}>"
)
"""A tag as WebVTT has them; a time within a cue; anything else that looks like a tag. Nothing is given back once it
is matched: with blanks that could be the end of one part or the beginning of the next, a thousand of them took
seconds."""
_CODE = re.compile(r"\{(\\[^{}]*)\}|\{[^{}]*\}")
_SHORT = re.compile(r"\{(/?)([ibu])\}", re.IGNORECASE)
_STYLE = re.compile(r"\\(?:([ibu])([01]|\d{3})(?!\d)|(r)|an([1-9])|(p)(\d+))")
_SETTING = re.compile(
    r"(?:vertical:(?:rl|lr)|line:-?\d{1,3}(?:\.\d{1,3})?%?(?:,(?:start|center|end))?"
    r"|position:\d{1,3}(?:\.\d{1,3})?%(?:,(?:line-left|center|line-right))?|size:\d{1,3}(?:\.\d{1,3})?%"
    r"|align:(?:start|center|end|left|right))\Z"
)
TOP = "line:0"


def clean(words: str) -> str:
    """WebVTT cue text of whatever somebody wrote as such; empty where no words are left."""
    made: list[str] = []
    open_: list[str] = []
    at = 0
    for found in _PIECE.finditer(words):
        made.append(_escaped(words[at : found.start()]))
        at = found.end()
        name = (found[2] or "").lower()
        if name not in TAGS:
            continue
        if found[1]:
            made += _closed(open_, name)
        elif len(open_) < DEEPEST and (name != "rt" or "ruby" in open_):
            made.append(_opened(name, found[3] or "", found[4] or ""))
            open_.append(name)
    made.append(_escaped(words[at:]))
    made += [f"</{name}>" for name in reversed(open_)]
    return _lines("".join(made))


def plain(words: str) -> str:
    """Cue text without its markup."""
    return html.unescape(_PIECE.sub("", words))


def settings(words: str) -> str:
    """The cue settings that are known, one of a kind."""
    kept: dict[str, str] = {}
    for part in words.split()[:10]:
        if _SETTING.match(part):
            kept.setdefault(part.partition(":")[0], part)
    return " ".join(kept.values())


def of_subrip(words: str) -> tuple[str, str]:
    """SubRip's text, whose tags are a few of HTML's, as cue text and settings."""
    words = _SHORT.sub(lambda found: f"<{found[1]}{found[2].lower()}>", words)
    top = any("\\an7" in code or "\\an8" in code or "\\an9" in code for code in _codes(words))
    return clean(_CODE.sub(lambda found: "" if found[1] else found[0], words)), TOP if top else ""


def of_substation(words: str) -> tuple[str, str]:
    """SubStation Alpha's text, whose codes stand in braces, as cue text and settings. Drawings are left out."""
    made: list[str] = []
    on: list[str] = []
    drawing, place, at = False, "", 0
    for found in _CODE.finditer(words):
        if not drawing:
            made.append(_breaks(words[at : found.start()]))
        at = found.end()
        for style in _STYLE.finditer(found[1] or ""):
            if style[1]:
                _switch(made, on, style[1], on_=style[2] != "0")
            elif style[3]:
                made += [f"</{name}>" for name in reversed(on)]
                on.clear()
            elif style[4]:
                place = TOP if style[4] in "789" else ""
            else:
                drawing = style[6] != "0"
    if not drawing:
        made.append(_breaks(words[at:]))
    return clean("".join(made)), place


def to_subrip(words: str) -> str:
    """Cue text with the tags that SubRip's players know."""
    kept = _PIECE.sub(lambda found: f"<{found[1]}{found[2]}>" if found[2] in {"b", "i", "u"} else "", words)
    return html.unescape(kept)


def _switch(made: list[str], on: list[str], name: str, *, on_: bool) -> None:
    if on_ and name not in on:
        made.append(f"<{name}>")
        on.append(name)
    elif not on_ and name in on:
        # Those that were opened behind it are closed too, and opened again.
        behind = on[on.index(name) + 1 :]
        made += [*(f"</{one}>" for one in reversed(behind)), f"</{name}>", *(f"<{one}>" for one in behind)]
        on.remove(name)


def _codes(words: str) -> list[str]:
    return [found[1] for found in _CODE.finditer(words) if found[1]]


def _breaks(words: str) -> str:
    return _signs(words).replace("\\N", "\n").replace("\\n", " ").replace("\\h", "\u00a0")


def _opened(name: str, classes: str, annotation: str) -> str:
    said = " ".join(_escaped(annotation).split()) if name in ANNOTATED else ""
    return f"<{name}{classes}{' ' + said if said else ''}>"


def _closed(open_: list[str], name: str) -> list[str]:
    """The tags that end here: this one, and those opened in it."""
    if name not in open_:
        return []
    made = []
    while True:
        last = open_.pop()
        made.append(f"</{last}>")
        if last == name:
            return made


def escaped(words: str) -> str:
    """Plain words as cue text."""
    return _lines(_signs(words))


def _escaped(words: str) -> str:
    return _signs(printable(html.unescape(words), keep="\n\t"))


def _signs(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lines(words: str) -> str:
    """No blank line, which would end the cue; nothing at all where only markup is left."""
    lines = [line.strip(" \t") for line in words.split("\n")]
    kept = "\n".join(line for line in lines if line)
    return kept if plain(kept).strip() else ""
