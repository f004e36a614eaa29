"""Which videos there are in files and folders, and what lies beside them. Blocking.

A file belongs to the video whose name, without its extension, is the longest beginning of its own name. Pictures and
descriptions with the usual names belong to the only video of their folder.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from babel import Locale

from novacast.errors import NotFound, TooLarge
from novacast.i18n import Text, text
from novacast.media import languages
from novacast.media.sniff import container_of, why_not
from novacast.records import dataclass
from novacast.vods.imports.files import head_of
from novacast.vods.imports.models import FOR_DEAF, FORCED, Found, Item, Sidecars, Subtitle, Unmapped

MOST_FILES = 200_000
MEDIA = frozenset(
    {
        ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".vob", ".m2v",
        ".flv", ".wmv", ".asf", ".mxf", ".3gp", ".3g2", ".ogv", ".ogm", ".divx", ".f4v", ".mka", ".mp3", ".flac",
        ".ogg", ".oga", ".opus", ".wav", ".m4a", ".aac",
    }
)  # fmt: skip
SUBTITLES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
FOREIGN = frozenset({".sub", ".idx", ".sup", ".smi", ".ttml", ".dfxp", ".lrc", ".srv3", ".json3"})
"""Subtitles of kinds that are not taken."""
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".tbn", ".avif"})
DESCRIPTIONS = (".info.json", ".json", ".nfo")
ALONE = frozenset({"poster", "folder", "cover", "thumb", "movie"})
"""Names that pictures and descriptions have which belong to the only video of their folder."""
UNFINISHED = (".part", ".ytdl", ".crdownload", ".partial", ".!qb", ".tmp", ".download")
QUIET = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
"""Written by file managers, for themselves."""


@dataclass(slots=True)
class _Folder:
    """One folder's files while they are sorted."""

    below: str
    media: list[Path] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)
    left: list[Unmapped] = field(default_factory=list)


def find(paths: Sequence[Path]) -> Found:
    """In the order of the paths; each folder's by name, its own files before those of folders in it.

    Links to folders are not followed, but told as left. Files that were named are brought whatever their names. Raises
    NotFound for a path where nothing is, TooLarge for more files than MOST_FILES.
    """
    named = _named([path for path in paths if not path.is_dir()])
    items: list[Item] = []
    left: list[Unmapped] = []
    count = 0
    for path in paths:
        if not path.is_dir():
            items.append(named[path])
            continue
        for folder, names in _walk(path):
            count += len(names)
            if count > MOST_FILES:
                raise TooLarge(text("{path}: more than {most} files at once.", path=path, most=MOST_FILES))
            below = folder.relative_to(path).as_posix()
            sorted_ = _sorted("" if below == "." else below, [folder / name for name in names])
            items += _items(sorted_)
            left += sorted_.left
    seen: set[Path] = set()
    once = [item for item in items if not (item.path in seen or seen.add(item.path))]  # type: ignore[func-returns-value]  # add tells nothing
    return Found(tuple(once), tuple(left))


def subtitle(video: Path, path: Path) -> Subtitle:
    """`film.pt-BR.forced.srt` beside `film.mkv`: what its name says of it."""
    told = [word for word in path.stem[len(video.stem) :].replace("-forced", ".forced").split(".") if word]
    language, words = "", set[str]()
    for word in told:
        if not language and word.lower() not in FORCED | {"sdh", "cc", "default"} and (tag := _language(word)):
            language = tag
        else:
            words.add(word.lower())
    return Subtitle(path, language, bool(words & FORCED), bool(words & FOR_DEAF))


def _language(word: str) -> str | None:
    """Of a code (`de`, `ger`, `pt-BR`) or an English name (`German`)."""
    known = Locale("en").languages
    tag = languages.tag(word)
    if tag is not None and tag.split("-")[0] in known:
        return tag
    return next((code.replace("_", "-") for code, name in known.items() if name.lower() == word.lower()), None)


def _walk(top: Path) -> Iterator[tuple[Path, list[str]]]:
    """Folders and the names in them, but not of their folders, unless these are links."""

    def stop(error: OSError) -> None:
        raise NotFound(text("{path} can't be read: {why}.", path=error.filename, why=error.strerror)) from error

    for folder, below, names in os.walk(top, onerror=stop):
        below[:] = sorted(name for name in below if not name.startswith((".", "@")))
        links = [name for name in below if Path(folder, name).is_symlink()]
        yield Path(folder), sorted(links + [name for name in names if not name.startswith(".")])


def _named(files: Sequence[Path]) -> dict[Path, Item]:
    """Files that were asked for by name, with what lies beside them. Others there may own some of that."""
    items = {file: Item(file) for file in files}
    for parent in dict.fromkeys(file.parent for file in files):
        folder = _Folder("")
        with suppress(OSError):
            entries = sorted(entry for entry in parent.iterdir() if entry.is_file() and not entry.name.startswith("."))
            folder.media = [entry for entry in entries if entry in items or entry.suffix.lower() in MEDIA]
            folder.beside = [entry for entry in entries if entry not in items and _beside(entry)]
        items |= {item.path: item for item in _items(folder) if item.path in items}
    return items


def _sorted(below: str, files: Sequence[Path]) -> _Folder:
    folder = _Folder(below)
    for file in files:
        name = file.name.lower()
        if name in QUIET:
            continue
        if name.endswith(UNFINISHED):
            folder.left.append(Unmapped(file, "file", text("It is a download that was not finished.")))
        elif (why := _no_file(file)) is not None:
            folder.left.append(Unmapped(file, "file", why))
        elif _beside(file):
            folder.beside.append(file)
        else:
            _media(folder, file)
    return folder


def _beside(file: Path) -> bool:
    return file.suffix.lower() in SUBTITLES | FOREIGN | PICTURES or file.name.lower().endswith(DESCRIPTIONS)


def _no_file(file: Path) -> Text | None:
    """Why it is nothing to open: that of a pipe would wait for whoever writes into it."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        if isinstance(error, FileNotFoundError) and file.is_symlink():
            return text("It is a link, and what it leads to is not there.")
        return text("It can't be read: {why}.", why=error.strerror)
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return text("It is a link to a folder, which is not followed. Name that folder to bring what is in it.")
    return text("It is no file, but a pipe, a socket or a device.")


def _media(folder: _Folder, file: Path) -> None:
    try:
        head = head_of(file)
    except OSError as error:
        folder.left.append(Unmapped(file, "file", text("It can't be read: {why}.", why=error.strerror)))
        return
    # Sound has beginnings that other files have by chance: there the name has to say it as well.
    if container_of(head) not in {None, "mp3", "aac"} or file.suffix.lower() in MEDIA:
        folder.media.append(file)
    else:
        folder.left.append(Unmapped(file, "file", why_not(head)))


def _items(folder: _Folder) -> list[Item]:
    """Files beside go to their videos; what belongs to none is left, and what is of a kind that is not taken too."""
    stems = sorted({file.stem for file in folder.media}, key=len, reverse=True)
    beside: dict[str, list[Path]] = {stem: [] for stem in stems}
    for file in folder.beside:
        owner = next((stem for stem in stems if _belongs(file.name, stem)), None)
        if owner is None and len(stems) == 1 and file.name.lower().split(".")[0] in ALONE:
            owner = stems[0]
        if owner is None:
            folder.left.append(Unmapped(file, "file", text("It belongs to no video in its folder.")))
        elif file.suffix.lower() in FOREIGN:
            folder.left.append(Unmapped(file, "subtitles", text("SRT, VTT, ASS and SSA are taken, others not.")))
        else:
            beside[owner].append(file)
    return [Item(file, folder.below, _sidecars(file.stem, beside[file.stem])) for file in folder.media]


def _belongs(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) : len(stem) + 1] in {".", "-"}


def _sidecars(stem: str, files: Sequence[Path]) -> Sidecars:
    described = [(n, file) for n, end in enumerate(DESCRIPTIONS) for file in files if _ends(file.name, end)]
    pictures = [file for file in files if file.suffix.lower() in PICTURES]
    # A poster that says so comes before a picture with only the video's name, a still of the player's.
    pictures.sort(key=lambda file: ("poster" not in file.name.lower(), "fanart" in file.name.lower(), file.name))
    return Sidecars(
        descriptions=tuple(dict.fromkeys(file for _, file in described)),
        subtitles=tuple(file for file in files if file.suffix.lower() in SUBTITLES),
        pictures=tuple(pictures),
    )


def _ends(name: str, end: str) -> bool:
    return name.lower().endswith(end)
