"""What may be marked in a message: a small part of Markdown, read here into parts that a page shows as text nodes.

Nothing in a part is ever HTML. A part is a plain text, or a list that begins with its tag: `["b", parts]` bold,
`["i", parts]` italic, `["s", parts]` struck, `["x", parts]` hidden until it is touched, `["c", text]` code,
`["a", address]` a link (http or https), `["m", id, name]` a person, `["e", name]` an emote. Read in one pass: marks
that are never closed are what they look like.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Part = str | list[Any]

_MARKS = {"**": "b", "*": "i", "_": "i", "~~": "s", "||": "x"}
_TOKEN = re.compile(
    r"\\(?P<escaped>[\\*_~`|<:@/])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<link>https?://[^\s<>\"`|*\\]{1,1000})"
    r"|<@(?P<person>[a-z0-9]{1,40})>"
    r"|:(?P<emote>[a-z0-9_]{2,32}):"
    r"|(?P<mark>\*\*|\*|(?<!\w)_|_(?!\w)|~~|\|\|)"
)
_MENTION = re.compile(r"<@([a-z0-9]{1,40})>")
_NAMED = re.compile(r"(?<![\w@/<\\])@(\w[\w.\-]{0,39})")
_TAIL = ".,;:!?'\")]}"
"""What ends a sentence, not an address."""


def mentioned(text: str) -> tuple[str, ...]:
    """Ids of the people who are named in it, each once."""
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def resolved(text: str, names: Mapping[str, str]) -> str:
    """`@name` as `<@id>` for each name that `names` knows, which has them without case and spaces."""

    def found(match: re.Match[str]) -> str:
        name = match[1].rstrip(".-")
        person_id = names.get(folded(name))
        return match[0] if person_id is None else f"<@{person_id}>{match[1][len(name) :]}"

    return _NAMED.sub(found, text) if "@" in text else text


def folded(name: str) -> str:
    """A name as people type it behind an @."""
    return "".join(name.split()).casefold()


def links(text: str) -> list[str]:
    """Addresses that would be links."""
    return [part[1] for part in _flat(parts(text, {})) if isinstance(part, list) and part[0] == "a"]


def parts(text: str, mentions: Mapping[str, str]) -> list[Part]:
    """`mentions`: names by ids; an id that is not in it stays as it was typed."""
    reader = _Reader(mentions)
    at = 0
    for token in _TOKEN.finditer(text):
        reader.say(text[at : token.start()])
        at = token.end()
        reader.take(token, text)
    reader.say(text[at:])
    return reader.done()


class _Reader:
    def __init__(self, mentions: Mapping[str, str]) -> None:
        self._mentions = mentions
        # Marks that are open, outermost first, each with what came behind it; each mark is open once at most.
        self._open: list[tuple[str, list[Part]]] = [("", [])]

    def say(self, text: str) -> None:
        if text:
            _append(self._open[-1][1], text)

    def take(self, token: re.Match[str], text: str) -> None:
        match token.lastgroup:
            case "escaped":
                self.say(token["escaped"])
            case "code":
                self._put(["c", token["code"]])
            case "emote":
                self._put(["e", token["emote"]])
            case "link":
                address = token["link"].rstrip(_TAIL)
                self._put(["a", address])
                self.say(token["link"][len(address) :])
            case "person":
                name = self._mentions.get(token["person"])
                if name is None:
                    self.say(token[0])
                else:
                    self._put(["m", token["person"], name])
            case _:
                self._mark(token, text)

    def _put(self, part: Part) -> None:
        self._open[-1][1].append(part)

    def _mark(self, token: re.Match[str], text: str) -> None:
        mark = token[0]
        places = [place for place, (one, _) in enumerate(self._open) if one == mark]
        before, after = text[: token.start()][-1:], text[token.end() :][:1]
        if places and before.strip() and self._open[places[0]][1]:
            self._close(places[0])
        elif not places and after.strip():
            self._open.append((mark, []))
        else:
            self.say(mark)

    def _close(self, place: int) -> None:
        self._flatten(place + 1)
        mark, inner = self._open.pop()
        self._put([_MARKS[mark], inner])

    def _flatten(self, place: int) -> None:
        """Marks opened from `place` on are what they look like."""
        while len(self._open) > place:
            mark, inner = self._open.pop()
            self.say(mark)
            for part in inner:
                _append(self._open[-1][1], part)

    def done(self) -> list[Part]:
        self._flatten(1)
        return self._open[0][1]


def _append(to: list[Part], part: Part) -> None:
    if isinstance(part, str) and to and isinstance(to[-1], str):
        to[-1] += part
    else:
        to.append(part)


def _flat(found: Sequence[Part]) -> list[Part]:
    flat: list[Part] = []
    for part in found:
        flat.append(part)
        if isinstance(part, list) and isinstance(part[-1], list):
            flat += _flat(part[-1])
    return flat
