"""What files beside a video say about it: yt-dlp's `.info.json`, plain JSON of the same names, Kodi's `.nfo`. Pure.

Files come from strangers: their size is bounded, XML may not define anything (billion laughs, external entities),
and what they say is only text.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from novacast.clock import SECOND
from novacast.i18n import Text, text
from novacast.media import languages
from novacast.vods.imports.models import Chapter, Metadata, Unmapped
from novacast.vods.models import DESCRIPTION_LENGTH, LONGEST_POSITION, TITLE_LENGTH

LARGEST = 8 * 1024 * 1024
"""yt-dlp writes all formats and addresses it saw into its files."""
MOST_CHAPTERS = 1000

_NO_PLACE = text("There is no place for it here.")
_JSON_ELSEWHERE = (
    "tags", "categories", "genre", "genres", "uploader", "creator", "creators", "artist", "artists", "cast", "series",
    "season_number", "episode_number", "album", "track", "upload_date", "release_date", "release_year", "timestamp",
    "webpage_url", "license", "location", "age_limit",
)  # fmt: skip
"""What a person would miss. The other hundreds of keys are about the download."""
_NFO_TEXTS = ("title", "plot", "outline", "tagline")
_NFO_FILES = frozenset(
    {
        "fileinfo", "thumb", "fanart", "art", "dateadded", "playcount", "lastplayed", "watched", "lockdata",
        "lockedfields", "id", "uniqueid", "resume", "filenameandpath", "basepath",
    }
)  # fmt: skip
"""About the file or the programme that wrote this, not about the film."""


class Unreadable(Exception):
    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


def metadata(path: Path, content: bytes) -> Metadata:
    """`path` says which kind it is and is named in what could not be mapped."""
    try:
        if len(content) > LARGEST:
            raise Unreadable(text("It is larger than {most} bytes.", most=LARGEST))
        told = _json(path, content) if path.suffix.lower() == ".json" else _nfo(path, content)
    except Unreadable as error:
        return Metadata(unmapped=(Unmapped(path, "file", error.why),))
    return _fitting(path, told)


def joined(parts: Sequence[Metadata]) -> Metadata:
    """What several files say: of each thing the first that says it."""

    def first(name: str) -> Any:
        return next((value for part in parts if (value := getattr(part, name))), getattr(Metadata(), name))

    unmapped = tuple(one for part in parts for one in part.unmapped)
    return Metadata(first("title"), first("description"), first("language"), first("chapters"), unmapped)


def _fitting(path: Path, told: Metadata) -> Metadata:
    unmapped = list(told.unmapped)
    title, description, language = told.title.strip(), told.description.strip(), languages.tag(told.language.strip())
    for what, value, most in (("title", title, TITLE_LENGTH), ("description", description, DESCRIPTION_LENGTH)):
        if len(value) > most:
            unmapped.append(Unmapped(path, what, text("It is cut: {most} characters are the most.", most=most)))
    if told.language.strip() and language is None:
        unmapped.append(Unmapped(path, "language", text("{told} is no language.", told=told.language.strip()[:40])))
    return Metadata(
        _cut(title, TITLE_LENGTH), _cut(description, DESCRIPTION_LENGTH), language or "", told.chapters, tuple(unmapped)
    )


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1].rstrip()}…"


def _json(path: Path, content: bytes) -> Metadata:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(text("It is no JSON.")) from error
    if not isinstance(told, dict):
        raise Unreadable(text("Its JSON is no object."))
    if told.get("_type") in {"playlist", "multi_video"}:
        raise Unreadable(text("It is about a list of videos, not about one."))
    chapters, odd = _chapters(told.get("chapters"))
    unmapped = [Unmapped(path, name, _NO_PLACE) for name in _JSON_ELSEWHERE if told.get(name) not in (None, "", [], 0)]
    if odd:
        unmapped.append(Unmapped(path, "chapters", text("Some have no time and title that can be read.")))
    return Metadata(
        title=_text(told, "title") or _text(told, "fulltitle"),
        description=_text(told, "description"),
        language=_text(told, "language"),
        chapters=chapters,
        unmapped=tuple(unmapped),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    """JSON can write halves of surrogate pairs (RFC 8259 section 8.2), which nothing behind this can store."""
    value = told.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _chapters(told: Any) -> tuple[tuple[Chapter, ...], bool]:
    """In order, and whether some could not be read."""
    if not isinstance(told, list):
        return (), told is not None
    chapters = [chapter for one in told[:MOST_CHAPTERS] if (chapter := _chapter(one)) is not None]
    ordered = {chapter.at: chapter for chapter in sorted(chapters, key=lambda chapter: chapter.at)}
    return tuple(ordered.values()), len(ordered) < len(told)


def _chapter(told: Any) -> Chapter | None:
    if not isinstance(told, dict):
        return None
    start, title = told.get("start_time"), " ".join(_text(told, "title").split())
    if isinstance(start, bool) or not isinstance(start, (int, float)) or not 0 <= start * SECOND <= LONGEST_POSITION:
        return None
    return Chapter(round(start * SECOND), title[:TITLE_LENGTH]) if title else None


def _nfo(path: Path, content: bytes) -> Metadata:
    told, after = _elements(content)
    texts = {name: values[0] for name, values in told.items() if name in _NFO_TEXTS and values}
    description = texts.get("plot") or texts.get("outline") or texts.get("tagline") or ""
    elsewhere = [name for name, values in told.items() if any(values) and name not in {*_NFO_TEXTS, *_NFO_FILES}]
    if "tagline" in texts and texts["tagline"] != description:
        elsewhere.append("tagline")
    unmapped = [Unmapped(path, name, _NO_PLACE) for name in elsewhere]
    if after:
        unmapped.append(Unmapped(path, "file", text("It tells of several; only the first was read.")))
    return Metadata(title=texts.get("title", ""), description=description, unmapped=tuple(unmapped))


class _Reader:
    """Texts of the elements right below the root; `nested` ones count as having something to say."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = {}
        self.closed = False
        self._depth = 0
        self._name = ""
        self._pieces: list[str] = []

    def start(self, name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth == 2:
            self._name, self._pieces = name.lower(), []

    def end(self, _name: str) -> None:
        if self._depth == 2:
            self.told.setdefault(self._name, []).append("".join(self._pieces).strip())
        self._depth -= 1
        self.closed = self._depth == 0

    def data(self, piece: str) -> None:
        if self._depth >= 2:
            self._pieces.append(piece)


def _refused(*_: object) -> None:
    raise Unreadable(text("It defines entities or a document type, which is not taken."))


def _elements(content: bytes) -> tuple[Mapping[str, list[str]], bool]:
    """Of the first document, and whether another begins behind it. An address may follow it, as Kodi allows."""
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refused
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        if not reader.closed:
            raise Unreadable(text("It is no XML that can be read ({why}).", why=str(error)[:100])) from error
        return reader.told, content[parser.ErrorByteIndex :].lstrip().startswith(b"<")
    return reader.told, False
